"""Reading answers that are chosen from a vocabulary."""

import re
from collections.abc import Sequence
from typing import Any

from openpars.rulebook.kinds import texts
from openpars.rulebook.kinds.trouble import Parse, Trouble, text_of
from openpars.rulebook.vocabularies import VOCABULARIES, Match, Vocabulary

_SEPARATORS = re.compile("[;\r\n]+")
_LONGEST = 300
_MANY_CHOICES = 12
_MANY_PIECES = 1000


def term(name: str, max_length: int | None = None) -> Parse:
    """Return a reader that gives the `Match` of an answer in a vocabulary, by code, label or alias.

    Where the vocabulary is open, or `max_length` is given, other text is an answer too.
    """
    vocabulary = VOCABULARIES[name]
    exact = {code: Match(code) for code in vocabulary.by_code}
    free = max_length is not None
    one_line = texts.line(max_length or _LONGEST)

    def parse(raw: Any) -> Match | None:
        if type(raw) is str and (known := exact.get(raw)):
            return known
        text = one_line(text_of(raw) if isinstance(raw, bool) and not free else raw)
        if text is None:
            return None
        if match := vocabulary.match(text):
            return match
        if free:
            return Match(text)
        raise Trouble("unknown", choices=_choices(vocabulary))

    def parse_closed(raw: Any) -> Match | None:
        try:
            return parse(raw)
        except Trouble as trouble:
            if trouble.problem == "too_long":
                raise Trouble("unknown", choices=_choices(vocabulary)) from None
            raise

    return parse if free else parse_closed


def parts_of(raw: Any, *, vocabulary: Vocabulary | None = None) -> Sequence[Any]:
    """Return the entries of a list, given as a list or as text parted by semicolons or line ends.

    With a closed vocabulary commas part too, where everything between them is known.
    """
    if isinstance(raw, list | tuple):
        return raw
    if not isinstance(raw, str):
        if raw is None:
            return ()
        if isinstance(raw, bool | dict):
            raise Trouble("not_a_list")
        return (raw,)
    parts: list[str] = []
    pieces = _SEPARATORS.split(raw)
    if vocabulary is None or "," not in raw or len(pieces) > _MANY_PIECES:
        return [piece.strip() for piece in pieces]
    for part in pieces:
        smaller = part.split(",")
        if (
            len(smaller) > 1
            and vocabulary.match(part) is None
            and all(vocabulary.match(piece) for piece in smaller)
        ):
            parts.extend(smaller)
        else:
            parts.append(part)
    return parts


def _choices(vocabulary: Vocabulary) -> str:
    names = [entry.label for entry in vocabulary.entries]
    shown = names if len(names) <= _MANY_CHOICES else [*names[:_MANY_CHOICES], "…"]
    return "; ".join(shown)
