"""Train a network on MNIST, look at its mistakes, and keep it.

python examples/train_digits.py
"""

import chainrule as cr


def main(epochs: int = 5, folder: str = "runs/digits") -> None:
    """Train for some epochs into a folder, which must be new."""
    experiment = cr.Experiment.create(
        "mnist", layers=[784, 128, 10], epochs=epochs, optimiser="adam", learning_rate=0.001, seed=0
    )
    result = experiment.train(folder=folder)
    for record in result.run.history:
        print(f"epoch {record.epoch}: cost {record.cost:.4f}")
    print(result.describe_test())

    # The folder holds everything: the network, the recipe, the history and where the data are.
    run = cr.open_run(folder)
    report = run.evaluate()
    print(f"{report.examples} test images, accuracy {report.accuracy:.4f}")
    print("saved to the bit:", run.network.digest == result.network.digest)


if __name__ == "__main__":
    main()
