"""Putting a partial change onto stored answers."""

from collections.abc import Mapping
from typing import Any


def merge(stored: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored answers with the patch applied, field by field (RFC 7396 on the top level).

    A field absent from the patch stays, None clears it, and a list replaces the stored list whole.
    """
    merged = {name: value for name, value in stored.items() if value is not None}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged
