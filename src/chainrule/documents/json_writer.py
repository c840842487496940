"""Documents as JSON."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any

from numpy import ndarray

from chainrule.documents.nodes import DocumentNode

__all__ = ["document_json"]


def document_json(document: DocumentNode) -> str:
    """A document as JSON: its plain values where it has some, and else its tree.

    In the tree each node is an object whose "type" is the name of its class and whose other keys
    are its fields; files of pictures are in base64, arrays are nested lists.

    Args:
        document: any.

    Returns: indented lines, the last one ended.
    """
    found = _tree(document) if document.values is None else document.values()
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _tree(node: Any) -> Any:
    if isinstance(node, bytes):
        return base64.b64encode(node).decode()
    if isinstance(node, ndarray):
        return node.tolist()
    if isinstance(node, tuple):
        return list(map(_tree, node))
    if not dataclasses.is_dataclass(node):
        return node
    fields = (field.name for field in dataclasses.fields(node) if field.name != "values")
    return {"type": type(node).__name__} | {name: _tree(getattr(node, name)) for name in fields}
