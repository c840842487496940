"""Search for good settings: every combination is trained with several seeds, then compared.

python examples/search_settings.py
"""

import chainrule as cr


def main(data: str = "mnist", epochs: int = 2) -> None:
    """Try two widths with two batch sizes; if it is interrupted, run it again to continue."""
    study = cr.tune(
        data,
        {"neurons_1": [16, 64], "batch_size": [32, 128]},
        seeds=2,
        search="grid",
        epochs=epochs,
        name="widths",
        storage="widths.journal",
        place=cr.StudyPlace(workers=1),
    )
    summary = study.summarise()
    if summary.best is not None:
        print("best settings:", summary.best.parameters)
    cr.write_document(cr.study_report(summary), "widths.html")
    study.export("widths.csv")


if __name__ == "__main__":
    main()
