"""Train on a table, and export a page that anyone can open and ask.

python examples/export_page.py
"""

import csv
import datetime
import math
from pathlib import Path

import chainrule as cr

DISTRICTS = {"Harbour": 3.0, "Hill": 1.5, "Mill": 0.0, "Station": -1.5}


def write_table(path: Path, rows: int) -> None:
    """Write invented flats: area, district, lift, when they were let, and the rent in euros."""
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["area in m²", "district", "lift", "built", "let on", "rent in €"])
        for n in range(rows):
            # Numbers that look drawn, and are the same on every machine.
            u = [math.modf(n * step)[0] for step in (0.7548776662, 0.5698402910, 0.6180339887)]
            area, built = round(25 + 95 * u[0] ** 1.3), round(1900 + 120 * u[1])
            district = list(DISTRICTS)[int(4 * u[2])]
            lift = "yes" if built > 1965 else "no"
            day = datetime.date(2021, 1, 1) + datetime.timedelta(days=int(1400 * (u[0] + u[2]) / 2))
            years = (day - datetime.date(2021, 1, 1)).days / 365
            square = 9 + DISTRICTS[district] + 0.6 * years + 0.00025 * (built - 1955) ** 2
            rent = 80 + area * square * (1.04 if lift == "yes" else 1)
            table.writerow(
                [
                    area,
                    district,
                    lift,
                    built if n % 9 else "",  # some landlords do not say
                    day.isoformat(),
                    round(rent + 30 * math.sin(37 * n), 2),
                ]
            )


def main(rows: int = 900, epochs: int = 150) -> None:
    """Write the table, train on it, and write the page beside it."""
    write_table(Path("flats.csv"), rows)
    experiment = cr.Experiment.create(
        "flats.csv",
        target="rent in €",
        hidden=[12, 8],
        activation="tanh",
        optimiser="adam",
        learning_rate=0.005,
        epochs=epochs,
        seed=0,
    )
    result = experiment.train()
    print(result.describe_test())
    report = cr.export_network(
        result.network, "html", "flats.html", title="What would the rent be?"
    )
    print(report.sentence())


if __name__ == "__main__":
    main()
