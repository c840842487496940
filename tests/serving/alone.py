"""Single rows over HTTP, alone and many at once, beside `predict`: prints what differs.

Run with compiled kernels, by which a row's outputs do not depend on the rows beside it.
"""

import asyncio
import csv
import json
import sys
from pathlib import Path
from typing import Any

import httpx

import chainrule as cr
from chainrule.serving import make_application


async def ask(application: Any, rows: list[Any], path: str) -> list[Any]:
    """The predictions for each row, all asked for at once."""
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        found = await asyncio.gather(*[client.post(path, json=row) for row in rows])
    return [one.json()["predictions"][0] for one in found]


def main(folder: Path) -> None:
    """Compare the answers."""
    run, table = cr.open_run(str(folder / "people")), folder / "people.csv"
    rows = list(csv.DictReader(table.read_text().splitlines()))
    application = make_application(folder / "people")
    due = [(one.answer, dict(one.outputs)) for one in run.predict(str(table))]
    found = asyncio.run(ask(application, rows, "/predict"))
    alone = [asyncio.run(ask(application, [row], "/predict"))[0] for row in rows[:5]]
    differ = sum(
        (one["answer"], one["probabilities"]) != two
        for one, two in zip(found + alone, due + due[:5], strict=True)
    )
    print(json.dumps({"rows": len(found) + len(alone), "differ": differ}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
