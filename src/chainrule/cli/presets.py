"""The presets as a table: what each is for, and what came of it."""

from __future__ import annotations

from statistics import median

from chainrule.evaluation import Table, percent_text
from chainrule.presets import preset, preset_description, preset_names, preset_results

__all__ = ["presets_table"]


def presets_table() -> Table:
    """All presets, with the medians of their measured trainings on MNIST."""
    rows = tuple(_row(name) for name in preset_names())
    header = ("preset", "layers", "accuracy", "seconds", "about")
    note = (
        "Medians on the MNIST test images, as docs/recipes.md has them; nothing where not measured."
    )
    return Table("Presets", header, rows, note, leftward=("about",))


def _row(name: str) -> tuple[str, ...]:
    layers, figures = "-".join(map(str, preset(name)["layers"])), preset_results(name)
    if not figures:
        return name, layers, "", "", preset_description(name)
    accuracy, seconds = percent_text(median(figures["accuracies"])), median(figures["seconds"])
    return (
        name,
        layers,
        accuracy,
        f"{seconds:.{1 if seconds >= 1 else 2}f}",
        preset_description(name),
    )
