"""Train on a table of your own: a CSV file with a row for each example.

python examples/own_table.py
"""

import csv
import math
from pathlib import Path

import chainrule as cr


def write_table(path: Path, rows: int) -> None:
    """Write a table to learn from: points in a plane, and whether they lie inside a circle."""
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["x", "y", "where"])
        for n in range(rows):
            x, y = math.sin(7 * n), math.cos(11 * n + 1)
            table.writerow(
                [f"{x:.4f}", f"{y:.4f}", "inside" if math.hypot(x, y) < 0.8 else "outside"]
            )


def main(rows: int = 600, epochs: int = 200) -> None:
    """Write the table, train on it, and ask the network about points that it has not seen."""
    path = Path("circle.csv")
    write_table(path, rows)
    experiment = cr.Experiment.create(
        str(path),
        layers=[2, 16, 2],
        activation="tanh",
        optimiser="adam",
        learning_rate=0.01,
        epochs=epochs,
        seed=0,
    )
    result = experiment.train()
    print(result.describe_test())

    # A network file alone is enough to predict; without a run it knows no data of its own.
    result.network.save("circle.safetensors")
    Path("points.csv").write_text("x,y\n0,0\n0.9,0.9\n")
    for prediction in cr.open_run("circle.safetensors").predict("points.csv"):
        print(f"{prediction.input}: {prediction.answer}")


if __name__ == "__main__":
    main()
