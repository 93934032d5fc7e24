"""Type-ahead: the names offered while somebody types one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from openpars.accounts.models import Accreditor
from openpars.accounts.scopes import Scope
from openpars.activities.folding import fold
from openpars.activities.models import PastName
from openpars.rulebook.vocabularies import terms

#: The kinds of names that are suggested, and the vocabulary that begins each.
SUGGESTED: Final[dict[str, str | None]] = {
    "sources": "supporters",
    "joint-providers": None,
    "specialties": "specialties",
    "practice-areas": "practice_areas",
}
MOST_SUGGESTED: Final = 20


def suggested_names(scope: Scope, kind: str, q: str) -> list[str]:
    """Return names to pick from that contain `q`: the provider's own past ones, then the public lists'.

    Names that begin with `q` come first. The public lists are the rulebook's vocabulary and what the
    accreditor added to it. Another provider's names are never among them. An unknown kind has none.
    """
    if kind not in SUGGESTED or scope.kind == "public":
        return []
    wanted = fold(q)
    found: dict[str, str] = {}
    if scope.provider_id is not None:
        past = PastName.objects.filter(provider=scope.provider_id, kind=kind, folded__contains=wanted)
        begin = past.filter(folded__startswith=wanted).order_by("folded")[:MOST_SUGGESTED]
        for names in (begin, past.order_by("folded")[:MOST_SUGGESTED]):
            found |= dict(names.values_list("folded", "name"))
    for name in _public_names(scope, SUGGESTED[kind]):
        if wanted in fold(name):
            found.setdefault(fold(name), name)
    ordered = sorted(found, key=lambda folded: (not folded.startswith(wanted), folded))
    return [found[folded] for folded in islice(ordered, MOST_SUGGESTED)]


def _public_names(scope: Scope, vocabulary: str | None) -> Iterator[str]:
    if vocabulary is None:
        return
    for term in terms(vocabulary):
        yield term.label
    if scope.accreditor_id is not None:
        added = Accreditor.objects.values_list("vocabulary_additions", flat=True).get(pk=scope.accreditor_id)
        yield from added.get(vocabulary) or ()
