"""Reading JSON: OpenPARS's own plain form, and the twin of the XML dialect, one activity after the other."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, NoReturn, TextIO

from openpars.formats.dialect import gathered, row_of
from openpars.formats.elements import ACTIVITY, ROOT, TREE, walk, word_of
from openpars.formats.keeping import Strangers, Texts, flattened, keep
from openpars.formats.readers.text import open_text
from openpars.formats.rows import Layout, Limits, Reading, Row, Unreadable
from openpars.formats.sources import Source
from openpars.formats.strict_json import DECODER, problem_of
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.kinds.trouble import text_of, visible
from openpars.rulebook.rules import finding

LARGEST: Final = 8_000_000
"""The most characters of one activity."""
CHUNK: Final = 1 << 20
"""How many characters are read at once."""
_BLANKS: Final = re.compile(r"[ \t\r\n]*")

_LISTS: Final = frozenset({word_of(ACTIVITY), "activities"})
_ROOT: Final = word_of(ROOT)
_DEEPEST: Final = 3
_CONTROL: Final = ("activity_id", "action", "close")
_KEPT: Final = ("legacy", "extra")
#: Written for those who read, and never read: the system itself knows better.
_TOLD: Final = frozenset({"status", "phase", "revision", "yearly_counts"})
_NAMES: Final = {word_of(name): name for name in (*FIELDS, *_CONTROL, *_KEPT, *_TOLD)}
_DIALECT: Final = frozenset(
    word_of(element.name) for element in walk(TREE) if element in TREE.parts or element.top
)


def read(source: Source, *, limits: Limits) -> Reading:
    """Read a list of activities, an object that holds one, or activities line by line.

    Whether it is the dialect or the plain form is seen at the first activity. A row's number is the position
    of the activity from 1. In the plain form null clears, an absent or blank answer leaves what is stored.
    Raises Unreadable for what is no JSON, for NaN and for names that stand twice in one object.
    """
    entries = activities_in(source)
    try:
        first = next(entries)
    except StopIteration:
        raise Unreadable(finding("file.no_activities")) from None
    dialect = any(word_of(key) in _DIALECT for key in first)
    layout = Layout("dialect-json" if dialect else "json")
    return Reading(layout, _rows(first, entries, dialect=dialect, limits=limits))


def _rows(
    first: dict[str, Any], others: Iterator[dict[str, Any]], *, dialect: bool, limits: Limits
) -> Iterator[Row]:
    strangers = Strangers()
    for number, entry in enumerate(chain([first], others), start=1):
        if number > limits.rows:
            raise Unreadable(finding("file.too_many_rows", limit=f"{limits.rows:,}"))
        yield row_of(number, gathered(entry), strangers) if dialect else _plain_row(number, entry, strangers)


def _plain_row(number: int, given: dict[str, Any], strangers: Strangers) -> Row:
    row = Row(number, {})
    control: dict[str, Any] = {}
    kept: dict[str, Texts] = {}
    strange: list[tuple[str, Any]] = []
    for key, value in given.items():
        name = key if key in FIELDS else _NAMES.get(word_of(key))
        if name is None or name in row.answers or name in control:
            strange.append((key.strip(), value))
        elif name in FIELDS:
            # Null clears; blank text says nothing, as a blank cell does.
            if not isinstance(value, str) or value.strip():
                row.answers[name] = value
        elif name in _CONTROL:
            control[name] = value
        elif name in _KEPT and isinstance(value, dict):
            kept[name] = _texts(value)
        elif name not in _TOLD and value is not None:
            strange.append((name, value))
    row.activity_id = text_of(control.get("activity_id")).strip() or None
    row.action = text_of(control.get("action")).strip() or None
    row.close = control.get("close")
    strangers.tell(row, (name for name, _ in strange))
    keep(row, legacy=kept.get("legacy"), extra=flattened(strange, beside=kept.get("extra")))
    return row


def _texts(given: dict[str, Any]) -> Texts:
    """Return what is kept as it was exported: texts by name, null to empty one; anything else is made text."""
    texts = {
        visible(name): None if value is None else visible(value)
        for name, value in given.items()
        if value is None or isinstance(value, str)
    }
    others = [(name, value) for name, value in given.items() if visible(name) not in texts]
    return flattened(others, beside=texts) if others else texts


def activities_in(source: Source) -> Iterator[dict[str, Any]]:
    """Yield the objects of the activities in a file, whatever they are wrapped in; raises Unreadable."""
    with open_text(source) as file:
        text = _Text(file)
        start = text.peek()
        if start == "[":
            yield from _in_list(text)
        else:
            yield from _in_object(text, _DEEPEST)
            # Activities line by line are objects one after the other.
            while text.peek() == "{":
                yield from _in_object(text, _DEEPEST)
        if text.peek():
            text.refuse("something stands after the end of the list")


def _in_object(text: "_Text", deeper: int) -> Iterator[dict[str, Any]]:
    """Yield the activities of an object that holds a list of them; any other object is itself one."""
    found: dict[str, Any] = {}
    holds = False
    text.take("{")
    while text.peek() != "}":
        if text.peek() != '"':
            text.refuse("a name in double quotes is missing")
        key = text.value()
        if key in found:
            text.refuse(f"the name “{visible(key)[:80]}” stands twice in one object")
        text.take(":")
        word = word_of(key)
        if text.peek() == "[" and (word in _LISTS or word == _ROOT):
            holds = True
            yield from _in_list(text)
        elif text.peek() == "{" and word == _ROOT and deeper:
            holds = True
            yield from _in_object(text, deeper - 1)
        elif word in _LISTS:
            holds = True
            yield _activity(text)
        else:
            found[key] = text.value()
        if text.peek() == "}":
            break
        text.take(",")
        if text.peek() == "}":
            text.refuse("after the last entry stands no comma")
    text.take("}")
    if found and not holds:
        yield found


def _in_list(text: "_Text") -> Iterator[dict[str, Any]]:
    text.take("[")
    while text.peek() != "]":
        yield _activity(text)
        if text.peek() == "]":
            break
        text.take(",")
        if text.peek() == "]":
            text.refuse("after the last entry stands no comma")
    text.take("]")


def _activity(text: "_Text") -> dict[str, Any]:
    if text.peek() != "{":
        text.refuse("an activity stands in braces")
    activity: dict[str, Any] = text.value()
    if len(activity) == 1:
        (key, inside), *_ = activity.items()
        if word_of(key) in _LISTS and isinstance(inside, dict):
            return inside
    return activity


class _Text:
    """JSON text that is read piece by piece: one value at a time, and the marks between them."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._ended = False
        # Where the text that is held begins in the file.
        self._line = 1
        self._column = 1

    def peek(self) -> str:
        """Return the next character that is no white space, "" at the end."""
        while True:
            match = _BLANKS.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._fill()

    def take(self, mark: str) -> None:
        """Go past a mark; raises Unreadable where something else stands."""
        if (found := self.peek()) != mark:
            problem = f"{mark} is missing"
            self.refuse(problem if found else f"the file ends, and {problem}")
        self._at += 1

    def value(self) -> Any:
        """Return the next value, however many pieces it takes, and go past it."""
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                held = len(self._text) - self._at
                if self._ended:
                    self._refuse_decoding(error)
                if held > LARGEST:
                    self.refuse(f"what begins here is longer than {LARGEST:,} characters, or is never closed")
                self._fill(held)
            except (ValueError, RecursionError) as error:
                self.refuse(problem_of(error))
            else:
                # A number at the end of a piece may go on in the next, as 3 does in 3.5.
                near = len(self._text) - end < len("e+1")
                if near and not self._ended and isinstance(value, int | float):
                    self._fill()
                    continue
                self._at = end
                return value

    def refuse(self, problem: str, at: int | None = None) -> NoReturn:
        """Raise Unreadable: the problem, and the line and column where it is."""
        at = self._at if at is None else at
        line = self._line + self._text.count("\n", 0, at)
        last = self._text.rfind("\n", 0, at)
        column = at - last if last >= 0 else at + self._column
        raise Unreadable(finding("file.not_json", problem=f"line {line}, column {column}: {problem}"))

    def _refuse_decoding(self, error: json.JSONDecodeError) -> NoReturn:
        words = problem_of(error)
        if error.pos >= len(self._text.rstrip()) or error.msg.startswith("Unterminated"):
            words = f"the file ends too early; {words}" if self._ended else words
        self.refuse(words, error.pos)

    def _fill(self, least: int = 0) -> None:
        """Read on, at least as much again as is held: so the whole is looked at twice at most."""
        passed = self._text[: self._at]
        self._line += passed.count("\n")
        last = passed.rfind("\n")
        self._column = len(passed) - last if last >= 0 else self._column + len(passed)
        more = self._file.read(max(CHUNK, least))
        self._ended = not more
        self._text = self._text[self._at :] + more
        self._at = 0
