"""Putting findings in the order in which a person meets the questions in the form."""

from collections.abc import Iterable
from functools import lru_cache

from openpars.rulebook.fields import ALL_FIELDS
from openpars.rulebook.findings import Finding
from openpars.rulebook.paths import generic_path, positions_in, root

_PLACES = {path: place for place, path in enumerate(ALL_FIELDS)}


def in_form_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings in form order; those of one field stay in the order they came in."""
    found = tuple(findings)
    return found if len(found) < 2 else tuple(sorted(found, key=place_of))


def place_of(finding: Finding) -> tuple[int, tuple[int, ...], int]:
    """Return where a finding stands: its top field, its positions in lists, then its own field."""
    return _place(finding.path)


@lru_cache(maxsize=4096)
def _place(path: str) -> tuple[int, tuple[int, ...], int]:
    beyond = len(_PLACES)
    return _PLACES.get(root(path), beyond), positions_in(path), _PLACES.get(generic_path(path), beyond)
