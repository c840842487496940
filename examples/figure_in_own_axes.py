"""Draw figures of two trainings into one figure of your own, and save it.

python examples/figure_in_own_axes.py
"""

from matplotlib import pyplot as plt

import chainrule as cr


def main(epochs: int = 5) -> None:
    """Compare two updates by their learning curves and by one of the confusion matrices."""
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
    figure, (left, right) = plt.subplots(1, 2, figsize=(14, 6), layout="constrained")
    cr.draw_figure("learning-curves", ["runs/sgd", "runs/adam"], ax=left)
    cr.draw_figure("confusion", "runs/adam", ax=right)
    cr.save_figure(figure, "updates.svg")
    print("drawn: updates.svg")


if __name__ == "__main__":
    main()
