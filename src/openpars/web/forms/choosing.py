"""What can be chosen, and what is: the choices of selects, radio buttons, check boxes and toggles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openpars.rulebook.conditions import When, holds
from openpars.rulebook.declaring import Field
from openpars.rulebook.vocabularies import VOCABULARIES, Term
from openpars.web.forms.shapes import Choice, condition_json, field_id

_YES_NO = (Term("yes", "Yes"), Term("no", "No"))


def choices_of(
    field: Field,
    path: str,
    *,
    answers: Mapping[str, Any],
    rejected: Mapping[str, str],
    top: Mapping[str, Any],
) -> Iterator[Choice]:
    """Return every choice of the field, and besides what is chosen but not known, so that it stands."""
    chosen = chosen_at(path, answers.get(field.name), rejected)
    known: set[str] = set()
    for number, term in enumerate(_terms(field)):
        known.add(term.code)
        applies, is_off = _offered(field, term, answers, top)
        yield Choice(
            value=term.code,
            label=term.label,
            checked=term.code in chosen,
            id=f"{field_id(path)}-{number}",
            group=term.group,
            applies=applies,
            # What was chosen is always seen, or it could not be taken back.
            is_off=is_off and term.code not in chosen,
        )
    for number, other in enumerate(one for one in chosen if one not in known):
        yield Choice(other, other, checked=True, id=f"{field_id(path)}-x{number}", unknown=True)


def chosen_at(path: str, value: Any, rejected: Mapping[str, str]) -> list[str]:
    """Return what is chosen, in its order; a text that could not be read stands where it was given."""
    text = rejected.get(path)
    if text is not None:
        return [text] if text else []
    if isinstance(value, list):
        kept = [rejected.get(f"{path}.{index}", one) for index, one in enumerate(value)]
        return [str(one) for one in kept if one is not None]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [] if value is None else [str(value)]


def _terms(field: Field) -> Sequence[Term]:
    if field.kind == "yes-no":
        return _YES_NO
    return VOCABULARIES[field.vocabulary].entries if field.vocabulary else ()


def _offered(
    field: Field, term: Term, answers: Mapping[str, Any], top: Mapping[str, Any]
) -> tuple[str | None, bool]:
    """Return the condition under which the term is offered, as JSON, and whether it is not offered now."""
    if not term.of:
        return None, False
    if field.path.startswith("collaborations."):
        condition = When("board", term.of)
    else:
        condition = When("/format", term.of)
    return condition_json(condition), not holds(condition, answers, top=top)
