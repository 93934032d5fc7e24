"""Every rule by which answers can be too wrong to be saved, met in each form of file.

Each of these files holds one activity for each rule of `BAD`, in this order; all that is wrong with it is the rule,
or follows from it.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from openpars.formats.rows import letters

from .generators import mems
from .generators.lists import delimited, sheet_of
from .telling import Found

Answers = dict[str, Any]
A_DAY: Final = date(2026, 3, 4)
_GOOD: Final[Answers] = {
    "title": "Committee on Sepsis",
    "format": "Committee Learning",
    "start_date": "3/4/2026",
    "end_date": "3/5/2026",
    "credits": "2",
    "on_passport": "No",
    "description": "What the committee learned.",
    "providership": "Direct",
    "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": "Objective"}],
    "support_received": "No",
    "physicians": "12",
    "other_learners": "0",
}
_LIVE: Final[Answers] = {
    "format": "Live Course",
    "delivery_methods": "In-Person",
    "city": "Chicago",
    "state": "IL",
    "country": "USA",
}
_PUBLIC: Final[Answers] = {
    "on_passport": "Yes",
    "registration": "Open to all",
    "fee": "Yes",
    "url": "https://cme.example.org/sepsis",
}


def _with_board(**over: Any) -> Answers:
    entry = {
        "kind": "moc",
        "board": "ABIM",
        "practice_areas": "Internal Medicine",
        "credit_types": "Medical Knowledge",
        "points": "2",
        "credit_claim_date": "12/31/2026",
        "attested": "Yes",
        "attested_by": "Demo Medical Director",
    }
    return {**_PUBLIC, "collaborations": [{**entry, **over}]}


def _again(**over: Any) -> Answers:
    entry = {
        "start_date": "3/11/2026",
        "end_date": "3/12/2026",
        "delivery_methods": "In-Person",
        "city": "Chicago",
        "state": "IL",
        "country": "USA",
        "internal_id": "AGAIN",
    }
    return {**entry, **over}


def _supported(amount: str) -> Answers:
    entry = {"kind": "monetary", "source": "Demo Devices Company", "amount": amount}
    return {"support_received": "Yes", "support": [entry]}


class Bad(NamedTuple):
    """Answers put into a good activity, None taking one away; the path and the value that are told.

    `listed` is the value told where a list comes as one, not in a cell.
    """

    answers: Answers
    path: str
    value: str | None = None
    listed: str | None = None


def _one(path: str, text: str) -> Bad:
    """Return one answer that is wrong by itself."""
    return Bad({path: text}, path, text)


LONG: Final = "x" * 501
SHOWN: Final = "x" * 199 + "…"
"""A long answer, and what findings show of it."""

BAD: Final[dict[str, Bad]] = {
    "activity.title.required": Bad({"title": None}, "title"),
    "activity.format.required": Bad({"format": None}, "format"),
    "activity.start_date.required": Bad({"start_date": None}, "start_date"),
    "activity.end_date.required": Bad({"end_date": None}, "end_date"),
    "activity.format.unknown": _one("format", "Webinar"),
    "activity.end_date.before_start": Bad({"end_date": "3/3/2026"}, "end_date", "March 3, 2026"),
    "activity.delivery_methods.unknown": Bad({**_LIVE, "delivery_methods": "Fax"}, "delivery_methods", "Fax"),
    "activity.state.unknown": Bad({**_LIVE, "state": "Bavaria"}, "state", "Bavaria"),
    "activity.state.differs": Bad({**_LIVE, "state": "CA", "country": "PRI"}, "state", "CA"),
    "activity.country.unknown": Bad({**_LIVE, "country": "Illinois"}, "country", "Illinois"),
    "activity.instances.end_date.before_start": Bad(
        {**_LIVE, "repeated": "Yes", "instances": [_again(end_date="3/10/2026")]},
        "instances.0.end_date",
        "March 10, 2026",
    ),
    "activity.instances.internal_id.repeated": Bad(
        {**_LIVE, "repeated": "Yes", "instances": [_again(), _again(start_date="3/10/2026")]},
        "instances.1.internal_id",
        "AGAIN",
    ),
    "activity.credits.not_a_number": _one("credits", "ten"),
    "activity.credits.step": _one("credits", "10.1"),
    "activity.credits.too_small": _one("credits", "0"),
    "activity.credits.too_large": _one("credits", "1025000"),
    "activity.description.too_long": Bad({"description": "x" * 2501}, "description", SHOWN),
    "activity.url.not_a_web_address": Bad({**_PUBLIC, "url": "see our site"}, "url", "see our site"),
    "activity.collaborations.board.unknown": Bad(
        _with_board(board="ABXYZ"), "collaborations.0.board", "ABXYZ"
    ),
    "activity.collaborations.points.not_a_number": Bad(
        _with_board(points="five"), "collaborations.0.points", "five"
    ),
    "activity.collaborations.points.step": Bad(_with_board(points="5.1"), "collaborations.0.points", "5.1"),
    "activity.collaborations.points.too_small": Bad(_with_board(points="0"), "collaborations.0.points", "0"),
    "activity.collaborations.points.too_large": Bad(
        _with_board(points="1025000"), "collaborations.0.points", "1025000"
    ),
    "activity.internal_id.invisible_characters": _one("internal_id", "A\u200b"),
    "activity.support.amount.not_a_number": Bad(_supported("12.5k"), "support.0.amount", "12.5k"),
    "activity.support.amount.not_whole": Bad(_supported("$12,500.75"), "support.0.amount", "$12,500.75"),
    "activity.support.amount.too_small": Bad(_supported("-5"), "support.0.amount", "-5"),
    "activity.support.amount.too_large": Bad(_supported("12500000000"), "support.0.amount", "12500000000"),
    "activity.counts_as_of.in_the_future": _one("counts_as_of", "12/31/2026"),
    "activity.text.not_text": Bad({"title": ["One", "Two"]}, "title", '["One", "Two"]'),
    "activity.text.too_long": Bad({"title": LONG}, "title", SHOWN),
    "activity.text.control_characters": Bad({"title": "Sepsis\x81"}, "title", "Sepsis\ufffd"),
    "activity.choice.unknown": Bad({**_PUBLIC, "registration": "Members"}, "registration", "Members"),
    "activity.list.not_a_list": Bad(
        {"joint_providers": True, "providership": "Joint"}, "joint_providers", "true"
    ),
    "activity.list.not_an_entry": Bad({"outcomes": ["Learner Knowledge"]}, "outcomes.0", "Learner Knowledge"),
    "activity.list.too_many": Bad(
        {"joint_providers": ["One"] * 201, "providership": "Joint"},
        "joint_providers",
        "One; " * 39 + "One;…",
        '["One", ' + '"One", ' * 27 + '"O…',
    ),
    "activity.date.not_a_date": _one("start_date", "next spring"),
    "activity.date.no_such_day": _one("start_date", "2/30/2026"),
    "activity.date.too_early": _one("start_date", "3/4/1926"),
    "activity.date.too_late": _one("end_date", "3/4/3026"),
    "activity.number.not_a_number": _one("physicians", "about 40"),
    "activity.number.not_whole": _one("physicians", "12.5"),
    "activity.number.too_small": _one("other_learners", "-3"),
    "activity.number.too_large": _one("other_learners", "100000000"),
    "activity.yes_no.not_yes_no": _one("on_passport", "maybe"),
}

ALWAYS_TEXT: Final = frozenset(
    {"activity.text.not_text", "activity.list.not_a_list", "activity.list.not_an_entry"}
)
"""A cell holds text, whatever it is; these three need something else."""
ALWAYS_LISTED: Final = frozenset({"activity.list.not_a_list"})
"""In XML a list is what comes more than once; nothing else stands in its place."""

HEADINGS: Final = {
    "internal_id": "Internal ID",
    "title": "Activity Title",
    "format": "Activity Format",
    "start_date": "Start Date",
    "end_date": "End Date",
    "delivery_methods": "Delivery Method",
    "city": "City",
    "state": "State",
    "country": "Country",
    "repeated": "Repeated",
    **{
        f"instances.{number}.{part}": f"Instance {number + 1} {heading}"
        for number in (0, 1)
        for part, heading in (
            ("start_date", "Start Date"),
            ("end_date", "End Date"),
            ("delivery_methods", "Delivery Method"),
            ("city", "City"),
            ("state", "State"),
            ("country", "Country"),
            ("internal_id", "Internal ID"),
        )
    },
    "credits": "AMA PRA Category 1 Credits",
    "on_passport": "Include in CME Passport",
    "description": "Description",
    "registration": "Registration",
    "fee": "Fee to Participate",
    "url": "Activity URL",
    "collaborations.0.kind": "Collaboration 1 Kind",
    "collaborations.0.board": "Collaboration 1 Board",
    "collaborations.0.practice_areas": "Collaboration 1 Practice Areas",
    "collaborations.0.credit_types": "Collaboration 1 Credit Types",
    "collaborations.0.points": "Collaboration 1 Points",
    "collaborations.0.credit_claim_date": "Collaboration 1 Credit Claim Date",
    "collaborations.0.attested": "Collaboration 1 Attested",
    "collaborations.0.attested_by": "Collaboration 1 Attested By",
    "providership": "Providership",
    "joint_providers": "Joint Provider(s)",
    "outcomes.0.outcome": "Outcome 1 Name",
    "outcomes.0.measurement_types": "Outcome 1 Measurement Types",
    "support_received": "Commercial Support Received?",
    "support.0.kind": "Support 1 Kind",
    "support.0.source": "Support 1 Source",
    "support.0.amount": "Support 1 Amount",
    "physicians": "Total Physician Learners",
    "other_learners": "Total Other Learners",
    "counts_as_of": "Counts As Of",
}


def answers_of(rule: str, number: int = 1) -> Answers:
    """Return the answers of an activity that meets a rule; the number makes its internal ID."""
    answers = {"internal_id": f"A-{number}", **_GOOD, **BAD[rule].answers}
    return {name: value for name, value in answers.items() if value is not None}


def _activities(unsayable: frozenset[str]) -> Iterator[tuple[str, Bad, Answers]]:
    """Give each rule that can be met, and the answers of the activity that meets it."""
    for number, (rule, bad) in enumerate(BAD.items(), 1):
        if rule not in unsayable:
            yield rule, bad, answers_of(rule, number)


def _table() -> list[list[str]]:
    paths = list(HEADINGS)
    rows = [dict(_flat(answers)) for _, _, answers in _activities(ALWAYS_TEXT)]
    return [list(HEADINGS.values()), *([row.get(path, "") for path in paths] for row in rows)]


def _flat(answers: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in answers.items():
        if isinstance(value, list) and isinstance(value[0], dict):
            for position, entry in enumerate(value):
                yield from _flat(entry, f"{prefix}{name}.{position}.")
        else:
            yield prefix + name, "; ".join(value) if isinstance(value, list) else value


def as_workbook() -> bytes:
    return sheet_of(_table())


def as_text() -> bytes:
    return delimited(_table()).encode()


def as_xml() -> bytes:
    return mems.xml(*(mems.spelled(answers) + "\n" for _, _, answers in _activities(ALWAYS_LISTED))).encode()


def as_json() -> bytes:
    return json.dumps([answers for _, _, answers in _activities(frozenset())], indent=1).encode()


def told_in_table(sheet: str = "") -> tuple[Found, ...]:
    """Return what is told of the list, each finding at the cell of its answer."""
    columns = {path: index for index, path in enumerate(HEADINGS)}
    return tuple(
        Found(rule, f"{sheet}{letters(columns[bad.path])}{row} {HEADINGS[bad.path]}", bad.value)
        for row, (rule, bad, _) in enumerate(_activities(ALWAYS_TEXT), 2)
    )


def told_in_list(unsayable: frozenset[str] = frozenset()) -> tuple[Found, ...]:
    """Return what is told of the XML and the JSON, each finding at the position of its activity."""
    return tuple(
        Found(rule, f"row {number}", bad.listed or bad.value)
        for number, (rule, bad, _) in enumerate(_activities(unsayable), 1)
    )
