"""JSON without what readers differ on: a key twice, NaN, infinity, and brackets without end."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from chainrule.errors import DataError

__all__ = ["parse_json"]


def parse_json(content: bytes | str, where: str) -> Any:
    """Return the value of a JSON text.

    Args:
        content: the text, UTF-8 if it is bytes.
        where: the file, for error texts.

    Raises: DataError.
    """

    def refuse(text: str) -> NoReturn:
        raise DataError(where, expected="finite numbers", got=text)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise DataError(where, expected="each key once", got=f"{twice[:60]!r} twice")
        return found

    try:
        return json.loads(content, parse_constant=refuse, object_pairs_hook=unique)
    except DataError:
        raise
    except RecursionError:
        got = "brackets that are nested too deeply"
        raise DataError(where, expected="a JSON text", got=got) from None
    except ValueError as error:
        raise DataError(where, expected="a JSON text", got=str(error)[:200]) from None
