"""Any record that can be stored, for the law that export, then import changes nothing."""

from typing import Any

from hypothesis import strategies as st

from openpars.rulebook.fields import DRAFT_FIELDS, FIELDS, Field
from openpars.rulebook.paths import root
from openpars.rulebook.reading import read
from openpars.rulebook.vocabularies import VOCABULARIES

from ..rulebook.examples import TODAY

#: Signs that some format has a use for, letters beyond ASCII, and what looks like something else.
AWKWARD = [
    *";,\"'\t\n<>&=+-@|[]{}\\/#(). ",
    *("é", "é", "ß", "“", "’", "™", "漢", "😀", "\u200b", "\xa0", "＝"),
    *(
        "(clear)",
        "'(clear)",
        "; ",
        '"',
        "''",
        "]]>",
        "<!--",
        "&amp;",
        "=cmd|'/c calc'!A1",
        "NULL",
        "true",
        "007",
    ),
]
TEXT = st.lists(
    st.sampled_from(AWKWARD) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=6),
    min_size=1,
    max_size=6,
).map("".join)
WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


def _codes(name: str) -> st.SearchStrategy[str]:
    vocabulary = VOCABULARIES[name]
    listed = st.sampled_from([term.code for term in vocabulary.entries])
    return listed | TEXT if vocabulary.open else listed


def _quarters(field: Field) -> st.SearchStrategy[str]:
    return st.integers(1, 39_999).map(lambda quarters: str(quarters / 4))


def _answer(field: Field) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one for each kind
    match field.kind:
        case "choice":
            return _codes(field.vocabulary or "")
        case "choices":
            return st.lists(_codes(field.vocabulary or ""), min_size=1, max_size=4)
        case "texts":
            return st.lists(TEXT, min_size=1, max_size=3)
        case "group":
            return st.lists(_entry(field), min_size=1, max_size=3)
        case "yes-no":
            return st.booleans()
        case "credits" | "points":
            return _quarters(field)
        case "money" | "whole-number":
            return st.integers(int(field.minimum or 0), int(field.maximum or 0))
        case "date":
            last = TODAY.isoformat() if field.past else "2099-12-31"
            return st.sampled_from(["2005-01-01", "2024-02-29", "2025-12-31", "2026-03-04", last])
        case "url":
            return WORD.map(lambda word: f"https://cme.example.org/{word}?a=1&b='2'")
        case _:
            return _codes(field.vocabulary) | TEXT if field.vocabulary else TEXT


def _entry(field: Field) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={part.name: _answer(part) for part in field.item})


def _stored(raw: dict[str, Any]) -> dict[str, Any]:
    """Return answers as they are stored: what the rulebook refuses is not."""
    result = read(raw, today=TODAY)
    refused = {root(path) for path in result.rejected}
    return {
        name: value for name, value in result.answers.items() if value is not None and name not in refused
    }


def answers() -> st.SearchStrategy[dict[str, Any]]:
    """Answers of any stored activity, in canonical form: those of a draft, and any others."""
    return (
        st.fixed_dictionaries(
            {name: _answer(FIELDS[name]) for name in DRAFT_FIELDS},
            optional={name: _answer(field) for name, field in FIELDS.items() if name not in DRAFT_FIELDS},
        )
        .map(_stored)
        .filter(lambda stored: stored.keys() >= set(DRAFT_FIELDS))
    )


#: What is kept: names and texts on which no format may stumble, with no blanks around them.
KEPT = st.dictionaries(
    (WORD | TEXT)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda name: bool(name) and name.isprintable()),
    TEXT.map(str.strip).filter(lambda text: bool(text) and all(c.isprintable() or c == "\n" for c in text)),
    max_size=3,
)


def records(*, extra: st.SearchStrategy[dict[str, str]] = KEPT) -> st.SearchStrategy[dict[str, Any]]:
    """Any stored activity in the plain JSON of the contract, as exports are given it."""

    def record(parts: tuple[dict[str, Any], int, str, dict[str, str], dict[str, str]]) -> dict[str, Any]:
        stored, activity_id, status, legacy, kept = parts
        whole = {"activity_id": activity_id, **stored, "status": status, "phase": "ended", "revision": 3}
        return whole | ({"legacy": legacy} if legacy else {}) | ({"extra": kept} if kept else {})

    return st.tuples(
        answers(),
        st.integers(100_000_001, 999_999_999),
        st.sampled_from(["Draft", "Active", "Ready to Close", "Closed"]),
        KEPT,
        extra,
    ).map(record)
