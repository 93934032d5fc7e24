"""Files as offices send them: N activities in 54 columns, 70 % new, 20 % changed, 7 % unchanged, 3 % bad."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from openpars.formats.writers import tab, xlsx, xml

Record = dict[str, Any]

#: How many numbered groups of columns the tables have: 54 columns in all.
GROUPS: Final = {"joint_providers": 2, "support": 2, "collaborations": 1, "instances": 0}
#: What every hundred rows would do. The bad ones lie among the others, as they do in life.
SHARES: Final = {"new": 70, "changed": 20, "unchanged": 7, "blocked": 3}

_FORMATS = ("C", "RSS", "EM", "C", "JN")
_LIVE = {"C", "RSS"}
_PLACES = (("Chicago", "IL"), ("Boston", "MA"), ("Houston", "TX"), ("Seattle", "WA"), ("Denver", "CO"))
_SUBJECTS = ("Sepsis", "Heart Failure", "Asthma", "Stroke", "Diabetes", "Pain", "Trauma", "Epilepsy")
_KINDS = ("Update", "Conference", "Grand Rounds", "Case Review", "Workshop", "Symposium")
_PARTNERS = ("Lakeside Hospital", "County Medical Society", "Institute for Rural Health", "Harbor Clinic")
_SUPPORTERS = ("Northwind Devices", "Example Pharma", "Sample Diagnostics")
_COLLABORATION: Final[Record] = {
    "kind": "moc",
    "board": "ABIM",
    "practice_areas": ["Cardiovascular Disease"],
    "credit_types": ["Medical Knowledge"],
    "points": "2",
    "credit_claim_date": "2026-12-31",
    "attested": True,
    "attested_by": "Program Director",
}
_DESCRIPTION = (
    "Learners recognise {subject} early, choose the first steps that are proven to help, and know whom to call. "
    "Session {index} adds cases from the region, a discussion of what stands in the way of change, and tools to "
    "take home. "
)


def fate(index: int) -> str:
    """Return what is to become of a row: one of `SHARES`."""
    place = index * 37 % 100
    for name, share in SHARES.items():
        if place < share:
            return name
        place -= share
    raise AssertionError(index)


def counted(rows: int) -> dict[str, int]:
    """Return how many of so many rows have each fate."""
    fates = Counter(fate(index) for index in range(rows))
    return {name: fates[name] for name in SHARES}


def stored_before(rows: int) -> Iterator[Record]:
    """Give the activities that are there before the file comes: those it changes, and those it does not."""
    for index in range(rows):
        match fate(index):
            case "changed":
                yield _record(index) | {"credits": "1", "description": "To be announced."}
            case "unchanged":
                yield _record(index)


def sent(rows: int) -> Iterator[Record]:
    """Give the activities in the file."""
    for index in range(rows):
        record = _record(index)
        yield record | (_spoilt(record, index) if fate(index) == "blocked" else {})


def clean(rows: int) -> Iterator[Record]:
    """Give activities that all are new, with nothing wrong."""
    return map(_record, range(rows))


def spoilt(rows: int) -> Iterator[Record]:
    """Give activities that all have exactly one finding: something in them has to be put right."""
    for index in range(rows):
        yield _record(index) | {"credits": "1.1"}


def write_xlsx(stream: BinaryIO, records: Iterable[Mapping[str, Any]]) -> None:
    xlsx.write(stream, records, groups=GROUPS)


def write_tab(stream: BinaryIO, records: Iterable[Mapping[str, Any]]) -> None:
    tab.write(stream, records, groups=GROUPS)


def write_xml(stream: BinaryIO, records: Iterable[Record]) -> None:
    xml.write(stream, records)


WRITERS: Final[dict[str, Callable[[BinaryIO, Iterable[Record]], None]]] = {
    "xlsx": write_xlsx,
    "tab-delimited": write_tab,
    "XML": write_xml,
}


def file_of(form: str, records: Iterable[Record], path: Path) -> Path:
    """Write a file of one of the formats in `WRITERS`, and return its path."""
    with path.open("wb") as stream:
        WRITERS[form](stream, records)
    return path


def _spoilt(record: Record, index: int) -> Record:
    """Return what is wrong with a bad row."""
    start = date.fromisoformat(record["start_date"])
    return (
        {"title": ""},
        {"credits": "1.1"},
        {"end_date": (start - timedelta(days=1)).isoformat()},
    )[index % 3]


def _record(index: int) -> Record:
    """Return an activity of 2025 with all that it needs to be closed, as plain JSON."""
    form = _FORMATS[index % len(_FORMATS)]
    subject = _SUBJECTS[index % len(_SUBJECTS)]
    start = date(2025, 1, 1) + timedelta(days=index % 300)
    record: Record = {
        "internal_id": f"CME-2025-{index:06d}",
        "title": f"{subject} {_KINDS[index // 8 % len(_KINDS)]} {index}: From Evidence to Practice",
        "format": form,
        "start_date": start.isoformat(),
        "end_date": (start + timedelta(days=index % 3)).isoformat(),
        "delivery_methods": ["In-Person"] if form in _LIVE else ["Online"],
        "credits": str(1 + index % 40 / 4).removesuffix(".0"),
        "on_passport": True,
        "description": _DESCRIPTION.format(subject=subject.lower(), index=index) * (1 + index % 2),
        "specialties": ["Emergency Medicine", "Internal Medicine"][: 1 + index % 2],
        "registration": "Open to all",
        "fee": "Yes",
        "url": f"https://cme.example.org/activities/{index}",
        "providership": "Direct",
        "outcomes": [
            {"outcome": "Learner Knowledge", "measurement_types": ["Objective", "Subjective"]},
            {"outcome": "Learner Competence", "measurement_types": ["Subjective"]},
        ],
        "support_received": False,
        "commendation": index % 3 == 0,
        "physicians": 20 + index % 180,
        "other_learners": index % 60,
    }
    if form in _LIVE:
        city, state = _PLACES[index % len(_PLACES)]
        record |= {"city": city, "state": state, "country": "USA"}
    if form == "RSS":
        record["sessions"] = 12 + index % 40
    if form == "EM":
        record["counts_as_of"] = "2025-12-31"
    if index % 3 == 0:
        record["commendation_criteria"] = ["C23", "C27"]
    if index % 4 == 0:
        record |= {
            "providership": "Joint",
            "joint_providers": [_PARTNERS[index % len(_PARTNERS)], _PARTNERS[(index + 1) % len(_PARTNERS)]],
        }
    if index % 5 == 0:
        record |= {
            "support_received": True,
            "support": [
                {"kind": "monetary", "source": supporter, "amount": 1000 + index % 9000}
                for supporter in (_SUPPORTERS[index % 3], _SUPPORTERS[(index + 1) % 3])
            ],
        }
    if index % 6 == 0:
        record["collaborations"] = [_COLLABORATION]
    return record
