"""Files that must pass, however they are spelled: what is read from them, and what a person is told besides."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from tests.formats.generators.workbooks import DATE, Raw, Sheet, workbook

from .generators import legacy, mems
from .generators.lists import delimited, sheet_of, tab, table, xlsx
from .must_fail import plain
from .telling import Found

Answers = Mapping[str, Any]

ANSWERS: Final[dict[str, Any]] = {
    "internal_id": "A-1",
    "title": "Committee on Sepsis",
    "format": "CML",
    "start_date": "2026-03-04",
    "end_date": "2026-03-05",
    "credits": "2",
    "on_passport": False,
    "description": "What the committee learned.",
    "providership": "Direct",
    "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": ["Objective"]}],
    "support_received": False,
    "physicians": 12,
    "other_learners": 0,
}
"""What nearly every one of these files says."""


@dataclass(frozen=True)
class File:
    """A file: what makes it, what its rows say, what is kept of them, and what is told."""

    make: Callable[[], bytes | str]
    says: tuple[Answers, ...]
    told: tuple[Found, ...] = ()
    kept: Answers | None = None

    @property
    def content(self) -> bytes:
        made = self.make()
        return made.encode() if isinstance(made, str) else made


def _as_ever(make: Callable[[], bytes | str], *told: Found, kept: Answers | None = None) -> File:
    """Return a file that says what all of them say."""
    return File(make, (ANSWERS,), told, kept)


def _but(make: Callable[[], bytes | str], *told: Found, **says: Any) -> File:
    """Return a file that says what all of them say, but for some answers; None takes one away."""
    said = {name: value for name, value in {**ANSWERS, **says}.items() if value is not None}
    return File(make, (said,), told)


def _numbered(*more: Mapping[str, Any]) -> tuple[Answers, ...]:
    return tuple({**ANSWERS, "internal_id": f"A-{number}", **one} for number, one in enumerate(more, 1))


_ROWS: Final = table({})
_UNKNOWN: Final = "file.column.unknown"


def _renamed(**names: str) -> list[list[Any]]:
    """Return the usual list under other headings."""
    return [[names.get(name.replace(" ", "_"), name) for name in _ROWS[0]], list(_ROWS[1])]


def _formula(value: str, attributes: str = "") -> Raw:
    return Raw(f"<f>X1</f><v>{value}</v>", attributes)


WORKBOOKS: Final[dict[str, File]] = {
    "plain.xlsx": _as_ever(lambda: xlsx({})),
    "title-rows-above.xlsx": _as_ever(
        lambda: sheet_of([["Our activities"], ["as of", date(2026, 3, 1)], [], *_ROWS], name="Sheet1")
    ),
    "beside-a-margin.xlsx": _as_ever(lambda: sheet_of([[], *(["", "", *row] for row in _ROWS)])),
    "blank-rows-between-and-below.xlsx": File(
        lambda: sheet_of([*_ROWS, [], [" ", "\t"], ["A-2", *_ROWS[1][1:]], *([[" "]] * 300)]),
        _numbered({}, {}),
    ),
    "second-sheet.xlsx": _as_ever(
        lambda: workbook({"Read me": Sheet([["Dear colleague"]]), "2026": Sheet(_ROWS)})
    ),
    "hidden-and-other-sheets.xlsx": _as_ever(
        lambda: workbook(
            {
                "Old": Sheet(table({"Internal ID": "OLD"}), state="hidden"),
                "Older": Sheet(table({"Internal ID": "OLDER"}), state="veryHidden"),
                "Instructions": Sheet([["Activity Title", "Start Date"], ["What it is called", "3/4/2026"]]),
                "Activities": Sheet(_ROWS),
                "Issues": Sheet([["Activity Title", "Start Date"], ["is missing", "3/4/2026"]]),
            }
        )
    ),
    "hidden-row.xlsx": File(
        lambda: xlsx({}, {}, attributes={3: 'hidden="1"'}),
        _numbered({}, {}),
        (Found("file.row.hidden", "Activities!row 3"),),
    ),
    "merged-down.xlsx": File(
        lambda: sheet_of(
            [*_ROWS, ["A-2", *([""] * 12)]], merged=[f"{letter}2:{letter}3" for letter in "BCDEFGHIJKLM"]
        ),
        _numbered({}, {}),
    ),
    "real-dates-and-numbers.xlsx": _as_ever(
        lambda: xlsx(
            {
                "Start Date": date(2026, 3, 4),
                "End Date": date(2026, 3, 5),
                "AMA PRA Category 1 Credits": 2.0,
                "Total Physician Learners": 12,
                "Total Other Learners": 0,
            }
        )
    ),
    "date-with-a-time.xlsx": _as_ever(lambda: xlsx({"Start Date": Raw("<v>46085.75</v>", f's="{DATE}"')})),
    "calculated-formulas.xlsx": _as_ever(
        lambda: xlsx(
            {
                "Activity Title": _formula("Committee on Sepsis", 't="str"'),
                "AMA PRA Category 1 Credits": _formula("2"),
                "Include in CME Passport": _formula("0", 't="b"'),
                "Start Date": _formula("46085", f's="{DATE}"'),
            }
        )
    ),
    "formula-that-gives-nothing.xlsx": _but(
        lambda: xlsx({"Specialties": Raw('<f>IF(1,"","")</f><v></v>', 't="str"')})
    ),
    "a-number-as-internal-id.xlsx": _but(lambda: xlsx({"Internal ID": 1234}), internal_id="1234"),
    "leading-zeros.xlsx": _but(lambda: xlsx({"Internal ID": "0012"}), internal_id="0012"),
    "switches.xlsx": _as_ever(
        lambda: xlsx({"Include in CME Passport": False, "Commercial Support Received?": False})
    ),
    "an-error-where-nobody-looks.xlsx": _as_ever(
        lambda: xlsx({"Our own sum": Raw("<v>#N/A</v>", 't="e"')}),
        Found(_UNKNOWN, "Activities!N1 Our own sum", "Our own sum"),
    ),
    "strange-marks.xlsx": _as_ever(lambda: sheet_of(_ROWS, prefix="x")),
    "single-quotes.xlsx": _as_ever(lambda: sheet_of(_ROWS, quote="'")),
    "issues-column.xlsx": _as_ever(lambda: xlsx({"Issues": "Everything is wrong with it."})),
    "learner-counts.xlsx": File(
        lambda: sheet_of(
            [
                [
                    "Activity ID",
                    "Activity Title",
                    "Total Physician Learners",
                    "Total Other Learners",
                    "Counts As Of",
                ],
                ["100000001", "Sepsis online", "120", "40", "12/31/2025"],
            ],
            name="Learner counts",
        ),
        ({"physicians": 120, "other_learners": 40, "counts_as_of": "2025-12-31"},),
    ),
    "really-text.xlsx": _as_ever(lambda: tab({})),
    "really-a-workbook.csv": _as_ever(lambda: xlsx({})),
}

TEXTS: Final[dict[str, File]] = {
    "tabs.txt": _as_ever(lambda: tab({})),
    "commas.csv": _as_ever(lambda: tab({}, delimiter=",")),
    "semicolons.csv": _as_ever(lambda: tab({}, delimiter=";")),
    "unix-lines.txt": _as_ever(lambda: tab({}, end="\n")),
    "old-mac-lines.txt": _as_ever(lambda: tab({}, end="\r")),
    "no-line-end-at-the-end.txt": _as_ever(lambda: tab({}).rstrip()),
    "title-rows-above.csv": _as_ever(lambda: b"Our activities,,\r\n\r\n" + tab({}, delimiter=",")),
    "blank-rows-below.csv": _as_ever(lambda: tab({}, delimiter=",") + b",,,,\r\n" * 50),
    "utf-8-marked.txt": _but(lambda: b"\xef\xbb\xbf" + tab({"Description": "Café"}), description="Café"),
    "utf-16.txt": _but(lambda: tab({"Description": "Café"}).decode().encode("utf-16"), description="Café"),
    "utf-16-unmarked.txt": _but(
        lambda: tab({"Description": "Café"}).decode().encode("utf-16-le"), description="Café"
    ),
    "utf-16-big-endian.csv": _but(
        lambda: (
            "\ufeff".encode("utf-16-be")
            + tab({"Description": "Café"}, delimiter=",").decode().encode("utf-16-be")
        ),
        description="Café",
    ),
    "windows-1252.csv": _but(
        lambda: tab({"Description": "“Café” – 10 €"}, delimiter=";").decode().encode("cp1252"),
        description="“Café” – 10 €",
    ),
    "decomposed-letters.txt": _but(lambda: tab({"Description": "Cafe\u0301"}), description="Café"),
    "quotes-and-line-breaks.csv": _but(
        lambda: tab({"Description": 'The "first" hour,\r\nand; the\tsecond'}, delimiter=","),
        description='The "first" hour,\nand; the\tsecond',
    ),
    "a-quote-that-never-ends.txt": _but(
        lambda: delimited(_ROWS).replace("What the", '"What the'), description='"What the committee learned.'
    ),
    "markup.txt": _but(
        lambda: tab({"Activity Title": "<script>alert('A&B')</script>"}),
        title="<script>alert('A&B')</script>",
    ),
    "formulas-in-text.txt": File(
        lambda: tab(*({"Activity Title": text} for text in ("=cmd|'/c calc'!A1", "+1", "@SUM(A1)", "-2"))),
        _numbered(*({"title": text} for text in ("=cmd|'/c calc'!A1", "+1", "@SUM(A1)", "-2"))),
    ),
    "guarded-formulas.txt": File(
        lambda: tab(*({"Activity Title": text} for text in ("'=cmd|'/c calc'!A1", "''quoted", "'\tTab"))),
        _numbered(*({"title": text} for text in ("=cmd|'/c calc'!A1", "'quoted", "Tab"))),
    ),
    "literal-clear.txt": _but(lambda: tab({"Description": "'(clear)"}), description="(clear)"),
    "formula-in-a-workbook-as-text.xlsx": _but(
        lambda: xlsx({"Activity Title": "=cmd|'/c calc'!A1"}), title="=cmd|'/c calc'!A1"
    ),
    "other-words-in-any-order.csv": _as_ever(
        lambda: delimited(
            [
                list(reversed(row))
                for row in _renamed(
                    Internal_ID="PROVIDER ACTIVITY ID",
                    Activity_Title="title",
                    Activity_Format="Activity   Type",
                    Start_Date="start_date",
                    Total_Physician_Learners="# of Physicians",
                    Total_Other_Learners="# of Non-Physicians",
                    Providership="Sponsorship",
                )
            ],
            delimiter=",",
        )
    ),
    "a-column-of-our-own.txt": _as_ever(lambda: tab({"Room": "4 West"}), Found(_UNKNOWN, "N1 Room", "Room")),
    "a-city-nobody-asks-for.txt": File(
        lambda: tab({"City": "Chicago"}),
        ({**ANSWERS, "city": "Chicago"},),
        (Found("activity.answer.does_not_apply", "N2 City", "Chicago"),),
    ),
    "yes-and-no.csv": File(
        lambda: tab(
            *({"Commendation": word} for word in ("No", "n", "FALSE", "0", "no ", "f")),
            *({"Commendation": word} for word in ("Yes", "Y", "true", "1", " YES", "t")),
            delimiter=",",
        ),
        _numbered(*[{"commendation": False}] * 6, *[{"commendation": True}] * 6),
    ),
    "dates-in-every-spelling.txt": File(
        lambda: tab(
            *(
                {"Start Date": spelling}
                for spelling in (
                    "2026-03-04",
                    "2026/3/4",
                    "3/4/26",
                    "03-04-2026",
                    "3/4/2026 9:30 AM",
                    "2026-03-04T00:00:00Z",
                    "March 4, 2026",
                    "Wed, Mar. 4th 2026",
                    "4 March 2026",
                    "4-Mar-2026",
                )
            )
        ),
        _numbered(*[{}] * 10),
    ),
    "numbers-in-every-spelling.csv": File(
        lambda: tab(
            {"AMA PRA Category 1 Credits": "2.00", "Total Physician Learners": "1,200"},
            {"AMA PRA Category 1 Credits": " 2 ", "Total Physician Learners": "1200.0"},
            {"AMA PRA Category 1 Credits": "02.0", "Total Physician Learners": "+1200"},
            delimiter=";",
        ),
        _numbered(*[{"physicians": 1200}] * 3),
    ),
    "old-codes.txt": File(
        lambda: tab(
            {"Activity Format": "IL"},
            {"Activity Format": "IEM"},
        ),
        _numbered(
            {"format": "C", "delivery_methods": ["Live-Streamed"]},
            {"format": "EM", "delivery_methods": ["Online"]},
        ),
    ),
    "supporters-of-the-old-headings.csv": replace(
        _but(
            lambda: tab(
                {
                    "Commercial Support Received?": "Yes",
                    "Commercial Support Source": "Demo Devices Company",
                    "Monetary Amount Received": "$12,500.00",
                    "In Kind Support Received: Durable equipment": "No",
                    "2nd Commercial Support Source": "Demo Instruments Company",
                    "2nd Monetary Amount Received": "",
                    "2nd In Kind Support Received: Durable equipment": "Yes",
                },
                delimiter=",",
            ),
            support_received=True,
            support=[
                {"kind": "monetary", "source": "Demo Devices Company", "amount": 12500},
                {"kind": "in-kind", "source": "Demo Instruments Company"},
            ],
        ),
        kept={"legacy": {"In Kind Support 2: Durable equipment": "Yes"}},
    ),
    "stamped-without-headings.txt": File(
        lambda: legacy.stamped_counts(("100000001", "", "", "12", "0", "", "")),
        ({"physicians": 12, "other_learners": 0},),
    ),
}

_OLD: Final[dict[str, Any]] = {
    "internal_id": "G-1",
    "title": "Grand Rounds",
    "start_date": "2014-03-04",
    "end_date": "2014-03-04",
    "city": "Chicago",
    "state": "IL",
    "country": "USA",
    "providership": "Direct",
    "format": "C",
    "physicians": 12,
    "other_learners": 0,
    "support_received": True,
    "credits": "1",
    "description": "What was learned.",
}
_MONETARY: Final = {"kind": "monetary", "source": "Demo Devices Company", "amount": 12500}
_IN_KIND: Final = {"kind": "in-kind", "source": "Demo Instruments Company"}


def _old(
    row: Callable[..., list[str]],
    *,
    letters: tuple[str, str, str] = ("F", "D", "L"),
    supporters: int = 1,
    in_kind: str = "",
    **says: Any,
) -> File:
    """Return a file of an old layout with so many supporters, and one that gave help in kind at column `in_kind`.

    `letters` are the columns of the date, the reporting year and the hours.
    """
    start, year, hours = letters
    groups = [legacy.MONETARY] * supporters + ([legacy.IN_KIND] if in_kind else [])
    support = [_MONETARY] * supporters + ([_IN_KIND] if in_kind else [])
    answers = {**_OLD, **({"support": support} if support else {}), **says}
    told = [
        Found("file.end_date.assumed", f"{start}1 Activity Date", _spoken(answers["end_date"])),
        Found("file.legacy.kept", f"{year}1 Reporting Year", "Reporting Year"),
        Found("file.legacy.kept", f"{hours}1 Hours of Instruction", "Hours of Instruction"),
    ]
    kept = {"Reporting Year": answers["start_date"][:4], "Hours of Instruction": "1"}
    if in_kind:
        heading = f"In Kind Support {supporters + 1}: Durable Equipment"
        told.append(Found("file.legacy.kept", f"{in_kind}1 {heading}", heading))
        kept[heading] = "Yes"
    told += [
        Found(f"activity.{name}.required", "row 1")
        for name in ("delivery_methods", "on_passport", "outcomes")
    ]
    if not support:
        told.append(Found("activity.support.required", "row 1"))
    return File(lambda: legacy.text(row(*groups)), (answers,), tuple(told), {"legacy": kept})


def _spoken(day: str) -> str:
    return f"{date.fromisoformat(day):%B} {int(day[8:])}, {day[:4]}"


LEGACY: Final[dict[str, File]] = {
    "template-d-no-supporter.txt": _old(legacy.row_d, supporters=0),
    "template-d-one-supporter.txt": _old(legacy.row_d),
    "template-d-three-and-one-in-kind.txt": _old(legacy.row_d, supporters=3, in_kind="BV"),
    "template-d-thirty-supporters.txt": _old(legacy.row_d, supporters=30),
    "template-c.txt": _old(legacy.row_c, supporters=2, in_kind="BY"),
    "template-b.txt": _old(legacy.row_b),
    "before-2011.txt": _old(
        legacy.row_pre_2011, letters=("E", "A", "K"), start_date="2010-03-04", end_date="2010-03-04"
    ),
}

_INFO: Final = "<XtensibleInfo>"


def _with(elements: str) -> Callable[[], str]:
    return lambda: mems.xml(mems.activity((_INFO, _INFO + elements)))


def _unknown(name: str) -> Found:
    return Found("file.element.unknown", "row 1", name)


DIALECT: Final[dict[str, File]] = {
    "version-2.xml": _as_ever(lambda: mems.xml(mems.activity())),
    "version-1.xml": _as_ever(lambda: mems.xml(mems.activity(), mems=mems.MEMS_V1)),
    "no-namespaces.xml": _as_ever(lambda: mems.without_namespaces(mems.xml(mems.activity()))),
    "no-declaration.xml": _as_ever(lambda: mems.xml(mems.activity(), head="")),
    "utf-16.xml": _as_ever(lambda: mems.xml(mems.activity()).replace("UTF-8", "UTF-16").encode("utf-16")),
    "latin-1.xml": _but(
        lambda: (
            mems.xml(mems.activity(("committee", "café"))).replace("UTF-8", "ISO-8859-1").encode("latin-1")
        ),
        description="What the café learned.",
    ),
    "windows-1252.xml": _but(
        lambda: (
            mems.xml(mems.activity(("What the", "“What” the")))
            .replace("UTF-8", "windows-1252")
            .encode("cp1252")
        ),
        description="“What” the committee learned.",
    ),
    "marked.xml": _as_ever(lambda: b"\xef\xbb\xbf" + mems.xml(mems.activity()).encode()),
    "any-case.xml": _as_ever(
        lambda: (
            mems.xml(mems.activity())
            .replace("MeasuredOutcome", "measuredoutcome")
            .replace("hx:start", "hx:Start")
        )
    ),
    "character-data-and-comments.xml": _but(
        lambda: mems.xml(
            mems.activity(
                ("Committee on Sepsis", "Committee <!-- on what? --><![CDATA[on <Sepsis> & more]]>")
            )
        ),
        title="Committee on <Sepsis> & more",
    ),
    "old-outcomes-kept.xml": _as_ever(
        lambda: mems.xml(
            mems.activity(
                ("</lom:lom>", "</lom:lom><DesignedToChangeCompetence>true</DesignedToChangeCompetence>")
            )
        ),
        kept={"extra": {"DesignedToChangeCompetence": "true"}},
    ),
    "pharmacy-kept.xml": _as_ever(
        _with(
            "<PharmacyActivityType>Knowledge</PharmacyActivityType><UANPharmacy>1234-0000-21-001-L01-P</UANPharmacy>"
        ),
        kept={"extra": {"PharmacyActivityType": "Knowledge", "UANPharmacy": "1234-0000-21-001-L01-P"}},
    ),
    "strange-element-kept.xml": _as_ever(
        _with("<Mood>good</Mood>"), _unknown("Mood"), kept={"extra": {"Mood": "good"}}
    ),
    "something-beside.xml": _as_ever(
        lambda: mems.xml("<Header>Sent on Monday</Header>\n", mems.activity()),
        Found("file.element.not_read", "row 1", "Header (line 3)"),
    ),
    "more-kinds-of-participants.xml": File(
        lambda: mems.xml(
            mems.activity(
                (
                    "<CategoryName>non-physician</CategoryName><Number>0</Number></ParticipantsByCategory>",
                    "<CategoryName>nurse</CategoryName><Number>5</Number></ParticipantsByCategory>"
                    "<ParticipantsByCategory><CategoryName>pharmacist</CategoryName><Number>2</Number>"
                    "</ParticipantsByCategory>",
                )
            )
        ),
        ({**ANSWERS, "other_learners": 7},),
        kept={
            "extra": {
                "participantsByCategory.0.category": "nurse",
                "participantsByCategory.0.numberOfParticipants": "5",
                "participantsByCategory.1.category": "pharmacist",
                "participantsByCategory.1.numberOfParticipants": "2",
            }
        },
    ),
    "support-of-both-kinds.xml": _but(
        lambda: mems.xml(
            mems.activity(
                (">no</hx:commercialSupport>", ">yes</hx:commercialSupport>"),
                (
                    "</lom:lom>",
                    '</lom:lom><CommercialSupportAmount currency="USD" supportSource="Demo">12500'
                    "</CommercialSupportAmount>",
                ),
                (
                    _INFO,
                    f"{_INFO}<InKindSupports><InKindSupport><source>Demo</source></InKindSupport></InKindSupports>",
                ),
            )
        ),
        support_received=True,
        support=[
            {"kind": "monetary", "source": "Demo", "amount": 12500},
            {"kind": "in-kind", "source": "Demo"},
        ],
    ),
    "the-twin.json": _as_ever(lambda: mems.dialect(mems.twin())),
    "the-twin-alone.json": _as_ever(lambda: json.dumps(mems.twin())),
    "the-twin-not-in-a-list.json": _as_ever(
        lambda: json.dumps({"ACCMEActivities": {"MedicalEducationMetrics": mems.twin()}})
    ),
    "participants-by-the-other-name.json": _as_ever(
        lambda: mems.dialect(
            {
                **{name: value for name, value in mems.twin().items() if name != "ParticipationMetrics"},
                "participationMetrics": mems.twin()["ParticipationMetrics"],
            }
        )
    ),
    "a-name-with-a-space-behind.json": _as_ever(
        lambda: mems.dialect(
            mems.twin(XtensibleInfo={**mems.twin()["XtensibleInfo"], "isInterprofessional ": True})
        ),
        kept={"extra": {"isInterprofessional": "true"}},
    ),
    "physicians-twice.json": _but(
        lambda: mems.dialect(
            mems.twin(
                ParticipationMetrics={
                    "participantsByCategory": [
                        {"category": "physician", "numberOfParticipants": 10},
                        {"category": "physician", "numberOfParticipants": 2},
                        {"category": "non-physician", "numberOfParticipants": 0},
                    ]
                }
            )
        )
    ),
    "one-outcome-not-in-a-list.json": _as_ever(
        lambda: mems.dialect(
            mems.twin(
                XtensibleInfo={
                    "MeasuredOutcomes": {
                        "MeasuredOutcome": "Learner Knowledge",
                        "MeasurementType": "Objective",
                    },
                    "ForPublicList": "false",
                }
            )
        )
    ),
}

PLAIN: Final[dict[str, File]] = {
    "list.json": _as_ever(lambda: json.dumps([plain()])),
    "lines.json": File(
        lambda: "\n".join(json.dumps(plain(internal_id=f"A-{number}")) for number in (1, 2)),
        _numbered({}, {}),
    ),
    "one-object.json": _as_ever(lambda: json.dumps(plain())),
    "in-an-object.json": _as_ever(lambda: json.dumps({"exported": "today", "activities": [plain()]})),
    "marked.json": _as_ever(lambda: b"\xef\xbb\xbf" + json.dumps([plain()]).encode()),
    "utf-16.json": _as_ever(lambda: json.dumps([plain()]).encode("utf-16")),
    "everything-as-text.json": _as_ever(
        lambda: json.dumps(
            [plain(on_passport="No", support_received="no", physicians="12", other_learners="0")]
        )
    ),
    "null-clears.json": _but(lambda: json.dumps([plain(specialties=None)])),
    "strange-name-kept.json": _as_ever(
        lambda: json.dumps([plain(mood="good")]), _unknown("mood"), kept={"extra": {"mood": "good"}}
    ),
}

MUST_PASS: Final = {**WORKBOOKS, **TEXTS, **LEGACY, **DIALECT, **PLAIN}
