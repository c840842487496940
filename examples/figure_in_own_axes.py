"""Draw two trainings into one figure, and save it.

python examples/figure_in_own_axes.py
"""

import chainrule as cr


def main(epochs: int = 5) -> None:
    """Compare two updates by their learning curves."""
    for optimiser, rate in (("sgd", 0.5), ("adam", 0.001)):
        experiment = cr.Experiment.create(
            "mnist",
            layers=[784, 32, 10],
            optimiser=optimiser,
            learning_rate=rate,
            epochs=epochs,
            seed=0,
        )
        experiment.train(folder=f"runs/{optimiser}")
    figure = cr.draw_figure("learning-curves", ["runs/sgd", "runs/adam"])
    cr.save_figure(figure, "updates.svg")
    print("drawn: updates.svg")


if __name__ == "__main__":
    main()
