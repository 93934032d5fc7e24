"""What comes in and has no field: kept beside the answers by name, as text, and written out again."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from openpars.formats.rows import Row
from openpars.rulebook.kinds.trouble import text_of, visible
from openpars.rulebook.rules import finding

MOST_CHARACTERS: Final = 100_000
"""How much is kept of one activity, names and texts together."""
Texts = Mapping[str, str | None]
"""What is kept, by name; None empties it."""
UNKNOWN: Final = "file.element.unknown"
_DEEPEST: Final = 32
_MOST_TOLD: Final = 200


def flattened(given: Iterable[tuple[str, Any]], *, beside: Texts | None = None) -> dict[str, str | None]:
    """Return texts by dotted names: `{"Tag": [{"Topic": "Pain"}]}` becomes `{"Tag.0.Topic": "Pain"}`.

    Positions count from 0. What is blank is left out; a name that comes again gets positions. The texts given
    as `beside` are there too, under the names they have.
    """
    named: dict[str, Any] = {}
    again: set[str] = set()
    for name, value in given:
        if name not in named:
            named[name] = value
        elif name in again:
            named[name].append(value)
        else:
            again.add(name)
            named[name] = [named[name], value]
    flat = _Flat(dict(beside or {}))
    for name, value in named.items():
        flat.add(name, value, _DEEPEST)
    return flat.texts


def keep(
    row: Row,
    *,
    legacy: Mapping[str, str | None] | None = None,
    extra: Mapping[str, str | None] | None = None,
) -> None:
    """Put onto a row what is kept of it; more than can be kept is a finding, and then nothing is."""
    kept = {name: dict(texts) for name, texts in (("legacy", legacy), ("extra", extra)) if texts}
    size = sum(len(name) + len(text or "") for texts in kept.values() for name, text in texts.items())
    if size > MOST_CHARACTERS:
        row.findings.append(finding("file.kept.too_much", count=f"{size:,}", limit=f"{MOST_CHARACTERS:,}"))
    else:
        row.kept = kept


class Strangers:
    """The names that nobody knows: each is told once, at the first row that has it, and not more than 200."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, row: Row, names: Iterable[str], rule: str = UNKNOWN) -> None:
        """Add a finding to the row for each name not told yet."""
        for name in names:
            if name not in self._told and len(self._told) < _MOST_TOLD:
                self._told.add(name)
                row.findings.append(finding(rule, value=visible(name)))


class _Flat:
    """Texts by dotted names; a name that is taken gets a number."""

    def __init__(self, texts: dict[str, str | None]) -> None:
        self.texts = texts
        #: The last number each name was given, so that however many ask for it, each finds one at once.
        self._numbers: dict[str, int] = {}

    def add(self, name: str, value: Any, deeper: int) -> None:
        """Add a value, and what stands inside of it, as deep as said; what is deeper goes in as JSON."""
        if deeper and isinstance(value, Mapping):
            for key, inner in value.items():
                inside = str(key).strip()
                self.add(f"{name}.{inside}" if inside else name, inner, deeper - 1)
        elif deeper and isinstance(value, list):
            for position, inner in enumerate(value):
                self.add(f"{name}.{position}", inner, deeper - 1)
        elif text := text_of(value).strip():
            self.texts[self._free(visible(name))] = text

    def _free(self, name: str) -> str:
        free = name
        while free in self.texts:
            number = self._numbers[name] = self._numbers.get(name, 1) + 1
            free = f"{name} ({number})"
        return free
