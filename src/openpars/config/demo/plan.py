"""What the demo holds, drawn up as a list before anything is stored: the same list for the same day.

Every date is counted from the day given, so that there is always something upcoming, something under way
and something to close.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from openpars.config.demo import words
from openpars.rulebook.vocabularies import terms

Answers = dict[str, Any]

#: Changing the seed changes every demo; tests and pictures then show other activities.
_SEED = 20_250_701


class Story(StrEnum):
    """What became of an activity."""

    CLOSED = "closed"
    REOPENED = "reopened"
    READY = "ready to close"
    READY_BUT = "ended, and something is missing for closing"
    IN_PROGRESS = "in progress"
    UPCOMING = "upcoming"
    SERIES = "upcoming, and repeated on further days"
    DRAFT = "left unfinished"
    INVALID = "left with an answer that cannot be stored"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Count:
    """Learner totals entered on a day; `as_of` for enduring materials."""

    on: date
    answers: Answers


@dataclass(frozen=True, slots=True)
class Planned:
    """One activity: its answers, and the days on which people worked on it."""

    story: Story
    first: Answers
    rest: Answers
    created: date
    finished: date
    counts: tuple[Count, ...] = ()
    closed: date | None = None
    deleted: date | None = None
    reopened: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One provider of the demo, and how many activities it has of each story."""

    number: str
    name: str
    learner_contact: str
    site: str
    #: Whether internal IDs say department and year, or are plain numbers with leading zeros.
    coded_ids: bool
    departments: tuple[words.Department, ...]
    stories: dict[Story, int] = field(hash=False)
    jointly_accredited: bool = False


def _departments(*codes: str) -> tuple[words.Department, ...]:
    return tuple(department for department in words.DEPARTMENTS if department.code in codes)


UNIVERSITY = Place(
    number="9000001",
    name="Lakeshore Example University School of Medicine",
    learner_contact="cme@lakeshore.example",
    site="https://cme.lakeshore.example",
    coded_ids=True,
    departments=words.DEPARTMENTS,
    jointly_accredited=True,
    stories={
        Story.CLOSED: 190,
        Story.REOPENED: 2,
        Story.READY: 28,
        Story.READY_BUT: 32,
        Story.IN_PROGRESS: 68,
        Story.UPCOMING: 46,
        Story.SERIES: 4,
        Story.DRAFT: 34,
        Story.INVALID: 8,
        Story.DELETED: 6,
    },
)
HOSPITAL = Place(
    number="9000002",
    name="Riverbend Example Hospital",
    learner_contact="education@riverbend.example",
    site="https://education.riverbend.example",
    coded_ids=True,
    departments=_departments("IM", "SURG", "EM", "OB", "PED", "ANES"),
    stories={
        Story.CLOSED: 52,
        Story.REOPENED: 1,
        Story.READY: 9,
        Story.READY_BUT: 11,
        Story.IN_PROGRESS: 19,
        Story.UPCOMING: 13,
        Story.SERIES: 1,
        Story.DRAFT: 9,
        Story.INVALID: 3,
        Story.DELETED: 3,
    },
)
SOCIETY = Place(
    number="9000003",
    name="Prairie Example Society of Family Physicians",
    learner_contact="Office, +1 555 0100",
    site="https://prairie-society.example",
    coded_ids=False,
    departments=_departments("FM"),
    stories={
        Story.CLOSED: 4,
        Story.READY: 1,
        Story.READY_BUT: 1,
        Story.IN_PROGRESS: 2,
        Story.UPCOMING: 2,
        Story.DRAFT: 1,
        Story.INVALID: 1,
    },
)
PLACES = (UNIVERSITY, HOSPITAL, SOCIETY)


def plan(place: Place, *, today: date) -> list[Planned]:
    """Draw up the activities of one provider as they stand on the day `today`."""
    planner = _Planner(place, today, Random(f"{_SEED}-{place.number}"))  # noqa: S311 - play, not secrets
    drawn = [planner.draw(story) for story, times in place.stories.items() for _ in range(times)]
    return sorted(drawn, key=lambda planned: (planned.created, str(planned.first["title"])))


class _Planner:
    """Draws activities of one provider from one stream of random numbers."""

    def __init__(self, place: Place, today: date, random: Random) -> None:
        self.place, self.today, self.random = place, today, random
        self.titles: set[str] = set()
        self.numbers = 0

    def draw(self, story: Story) -> Planned:
        """Draw one activity: what it is about, when it happens, what was answered and when."""
        department = self.random.choice(self.place.departments)
        format_ = self._format(story)
        start, end = self._dates(story, format_)
        title, topic = self._title(department, format_, start)
        created = min(start, self.today) - timedelta(days=self.random.randint(4, 110))
        if story in {Story.DRAFT, Story.INVALID}:
            created = self.today - timedelta(days=self.random.randint(1, 60))
        if story in {Story.READY, Story.READY_BUT, Story.CLOSED} and self.random.random() < 0.25:
            # Entered after it took place.
            created = min(end + timedelta(days=self.random.randint(1, 6)), self.today - timedelta(days=1))
        finished = min(created + timedelta(days=self.random.randint(2, 18)), self.today)
        first = self._basic(title, format_, start, end)
        rest = (
            self._for_learners(department, topic)
            | self._registration(department, start, end)
            | self._accreditation(department, start)
        )
        if rest.get("collaborations"):
            rest["on_passport"] = True  # boards want the activity to be found there
        planned = Planned(story, first, rest, created, finished)
        return _TELL[story](self, planned, start, end)

    def _format(self, story: Story) -> str:
        if story == Story.SERIES:
            return "C"
        names = ("C", "RSS", "EM", "JN", "OTH", "PI", "MR", "TIW", "CML", "ISL", "LFT")
        weights = (44, 18, 21, 4, 4, 3, 1, 1, 2, 1, 1)
        if story == Story.IN_PROGRESS:
            weights = (4, 34, 44, 6, 5, 5, 1, 1, 1, 1, 1)
        return self.random.choices(names, weights)[0]

    def _length(self, format_: str) -> int:
        """Days from the start to the end date."""
        lengths: dict[str, Sequence[int]] = {
            "C": (0, 0, 0, 0, 1, 1, 2, 3),
            "RSS": (89, 181, 272, 330, 363),
            "EM": (363, 729, 1093),
            "JN": (180, 363),
            "OTH": (20, 60, 90),
            "PI": (120, 180, 240),
        }
        return self.random.choice(lengths.get(format_, (0, 30, 90)))

    def _dates(self, story: Story, format_: str) -> tuple[date, date]:
        length, pick = timedelta(days=self._length(format_)), self.random.randint
        if story in {Story.CLOSED, Story.REOPENED}:
            end = self.today - timedelta(days=pick(60, 500))
            return end - length, end
        if story in {Story.READY, Story.READY_BUT}:
            end = self.today - timedelta(days=pick(3, self.random.choice((20, 120))))
            return end - length, end
        if story == Story.IN_PROGRESS:
            passed = timedelta(days=pick(0, max(length.days, 2)))
            start = self.today - passed
            return start, start + max(length, timedelta(days=2))
        start = self.today + timedelta(days=pick(-40 if story == Story.DRAFT else 6, 200))
        if start.weekday() > 4 and format_ != "C":
            start += timedelta(days=2)
        return start, start + length

    def _title(self, department: words.Department, format_: str, start: date) -> tuple[str, str]:
        """A title nobody has yet, and its topic."""
        choices: Sequence[str] = {
            "C": words.LIVE_TITLES,
            "RSS": words.SERIES_TITLES,
            "EM": words.ENDURING_TITLES,
        }.get(format_, (words.OTHER_TITLES.get(format_, ""),))
        topic = self.random.choice(department.topics)
        ordinal = _ordinal(start.year - 2003 + len(department.code))
        title = self.random.choice(choices).format(topic=topic, department=department.name, ordinal=ordinal)
        named = [title, f"{title} {start.year}", f"{title}, {start:%B} {start.year}"]
        named += [f"{title}, {start:%B} {start.year}, Part {part}" for part in range(2, 40)]
        chosen = next(name for name in named if name not in self.titles)
        self.titles.add(chosen)
        return chosen, topic

    def _basic(self, title: str, format_: str, start: date, end: date) -> Answers:
        answers: Answers = {
            "title": title,
            "format": format_,
            "start_date": start.isoformat(),
            "end_date": end.isoformat(),
        }
        methods: dict[str, Sequence[list[str]]] = {
            "C": (["In-Person"], ["In-Person"], ["In-Person", "Live-Streamed"], ["Live-Streamed"]),
            "RSS": (["In-Person"], ["In-Person", "Live-Streamed"], ["Live-Streamed"]),
            "EM": (["Online"], ["Online"], ["Online"], ["Print/Other"]),
            "JN": (["Online"], ["Online", "Print/Other"]),
            "OTH": (["In-Person", "Online"], ["Online", "Live-Streamed"]),
        }
        if format_ in methods:
            answers["delivery_methods"] = list(self.random.choice(methods[format_]))
        if "In-Person" in answers.get("delivery_methods", ()):
            answers["city"], answers["state"], answers["country"] = self.random.choice(words.PLACES)
        if format_ == "RSS":
            answers["sessions"] = self.random.choice((4, 6, 9, 12, 24, 36, 48))
        if format_ == "C":
            answers["repeated"] = False
        return answers

    def _for_learners(self, department: words.Department, topic: str) -> Answers:
        answers: Answers = {
            "credits": self.random.choice(
                ("0.5", "0.75", "1", "1", "1.5", "2", "4.25", "6", "7.5", "12", "20")
            ),
            "on_passport": self.random.random() < 0.7,
            "description": self.random.choice(words.DESCRIPTIONS).format(topic=topic),
        }
        if self.random.random() < 0.7:
            answers["specialties"] = [department.specialty]
        return answers

    def _registration(self, department: words.Department, start: date, end: date) -> Answers:
        self.numbers += 1
        answers: Answers = {
            "registration": self.random.choice(("Open to all", "Open to all", "Limited")),
            "fee": self.random.choice(("Yes", "No, it's free", "No, it's free", "Variable")),
            "url": f"{self.place.site}/{start.year}/{department.code.lower()}-{self.numbers:03d}",
        }
        collaborations = list(self._collaborations(department, start, end))
        if collaborations:
            answers["collaborations"] = collaborations
        return answers

    def _collaborations(self, department: words.Department, start: date, end: date) -> Iterator[Answers]:
        boards = {"IM": "ABIM", "CARD": "ABIM", "PED": "ABP", "SURG": "ABS", "ANES": "ABA", "PATH": "ABPath"}
        board = boards.get(department.code)
        if board and self.random.random() < 0.35:
            moc: Answers = {
                "kind": "moc",
                "board": board,
                "practice_areas": [self.random.choice(terms("practice_areas", on=start, of=board)).code],
                "credit_types": [self.random.choice(terms("credit_types", on=start, of=board)).code],
                "points": self.random.choice(("1", "2", "5", "10")),
                "credit_claim_date": (end + timedelta(days=60)).isoformat(),
                "attested": True,
                "attested_by": "Demo Administrator",
            }
            if board == "ABA":
                moc["content_outline"] = "2.4 Airway management"
            yield moc
        if department.code in {"PSY", "FM", "ANES"} and self.random.random() < 0.12:
            yield {"kind": "rems", "rems_type": "Opioid Analgesic", "rpc_id": f"RPC-{self.numbers:05d}"}
        if self.random.random() < 0.06:
            yield {"kind": "mips"}

    def _accreditation(self, department: words.Department, start: date) -> Answers:
        joint = self.random.random() < 0.22
        answers: Answers = {"providership": "Joint" if joint else "Direct"}
        if self.place.coded_ids and self.random.random() < 0.9:
            answers["internal_id"] = f"{department.code}{start:%y}-{self.numbers:03d}"
        elif not self.place.coded_ids:
            answers["internal_id"] = f"{self.numbers:05d}"
        if joint:
            answers["joint_providers"] = self.random.sample(
                words.JOINT_PROVIDERS, self.random.choice((1, 1, 2))
            )
        answers |= self._outcomes() | self._support() | self._commendation()
        return answers

    def _outcomes(self) -> Answers:
        names = [term.code for term in terms("outcomes")]
        measured = self.random.sample(names[:3], self.random.choice((1, 2, 2))) + (
            [names[3]] if self.random.random() < 0.15 else []
        )
        ways = (["Subjective"], ["Objective"], ["Objective", "Subjective"])
        return {
            "outcomes": [
                {"outcome": name, "measurement_types": list(self.random.choice(ways))}
                for name in sorted(measured, key=names.index)
            ]
        }

    def _support(self) -> Answers:
        if self.random.random() > 0.24:
            return {"support_received": False}
        givers = self.random.sample(words.SUPPORTERS, self.random.choice((1, 1, 2, 3)))
        support: list[Answers] = [
            {"kind": "monetary", "source": giver, "amount": self.random.randrange(10, 500) * 100}
            for giver in givers
        ]
        if self.random.random() < 0.4:
            support.append({"kind": "in-kind", "source": self.random.choice(words.SUPPORTERS)})
        return {"support_received": True, "support": support}

    def _commendation(self) -> Answers:
        if self.random.random() > 0.3:
            return {"commendation": False}
        codes = [term.code for term in terms("commendation_criteria")]
        chosen = self.random.sample(codes, self.random.choice((1, 1, 2, 3)))
        return {"commendation": True, "commendation_criteria": sorted(chosen)}

    def _counts(self, planned: Planned, start: date, end: date) -> tuple[Count, ...]:
        """The learner totals as they were entered: once after the end, or year by year when it endures."""
        physicians = self.random.choice((0, 6, 14, 22, 38, 64, 120, 310))
        others = self.random.choice((0, 0, 3, 9, 27, 60))
        after = min(end + timedelta(days=self.random.randint(1, 30)), self.today)
        if planned.first["format"] != "EM":
            return (
                Count(max(after, planned.finished), {"physicians": physicians, "other_learners": others}),
            )
        year_ends = [date(year, 12, 31) for year in range(start.year, end.year)]
        days = [day for day in year_ends if planned.finished < day < self.today] + [min(end, self.today)]
        return tuple(
            Count(
                max(min(day + timedelta(days=8), self.today), planned.finished),
                {
                    "physicians": physicians * (year + 1),
                    "other_learners": others * (year + 1),
                    "counts_as_of": day.isoformat(),
                },
            )
            for year, day in enumerate(days)
        )

    # What became of it: each function answers the activity with the rest of its story.

    def closed(self, planned: Planned, start: date, end: date) -> Planned:
        counts = self._counts(planned, start, end)
        closed = min(counts[-1].on + timedelta(days=self.random.randint(1, 25)), self.today)
        return replace(planned, counts=counts, closed=closed)

    def reopened(self, planned: Planned, start: date, end: date) -> Planned:
        closed = self.closed(planned, start, end)
        reopened = self.today - timedelta(days=self.random.randint(1, 20))
        return replace(closed, reopened=max(reopened, closed.closed or reopened))

    def ready(self, planned: Planned, start: date, end: date) -> Planned:
        return replace(planned, counts=self._counts(planned, start, end))

    def ready_but(self, planned: Planned, start: date, end: date) -> Planned:
        missing = self.random.choice(
            (("counts",), ("outcomes",), ("support",), ("counts", "outcomes", "support"))
        )
        rest = dict(planned.rest)
        if "outcomes" in missing:
            del rest["outcomes"]
        if "support" in missing:
            rest.pop("support", None)
            del rest["support_received"]
        counts = () if "counts" in missing else self._counts(planned, start, end)
        return replace(planned, rest=rest, counts=counts)

    def in_progress(self, planned: Planned, start: date, end: date) -> Planned:
        if planned.first["format"] == "EM" and start < self.today.replace(month=1, day=1):
            return replace(planned, counts=self._counts(planned, start, end))
        return planned

    def upcoming(self, planned: Planned, _start: date, _end: date) -> Planned:
        return planned

    def series(self, planned: Planned, start: date, end: date) -> Planned:
        """The same course on two further days, in other cities."""
        places = self.random.sample(words.PLACES[2:8], 2)
        instances = [
            {
                "start_date": (start + timedelta(days=28 * number)).isoformat(),
                "end_date": (end + timedelta(days=28 * number)).isoformat(),
                "delivery_methods": ["In-Person"],
                "city": city,
                "state": state,
                "country": country,
            }
            for number, (city, state, country) in enumerate(places, start=1)
        ]
        return replace(planned, first=planned.first | {"repeated": True, "instances": instances})

    def draft(self, planned: Planned, _start: date, _end: date) -> Planned:
        """Answers up to some step; what is needed for Active is not all there."""
        names = list(planned.rest)
        kept = names[: self.random.choice((0, 1, 2, 3, 6))]
        rest = {name: planned.rest[name] for name in kept if name not in {"description", "providership"}}
        first = dict(planned.first)
        if self.random.random() < 0.3:
            first.pop("delivery_methods", None)
        return replace(planned, first=first, rest=rest)

    def invalid(self, planned: Planned, _start: date, _end: date) -> Planned:
        """A draft in which somebody typed what cannot be stored and went home."""
        typed: Answers = self.random.choice(
            (
                {"credits": "10.1"},
                {"credits": "seven and a half"},
                {"url": "www lakeshore example"},
                {"credits": "1,5", "url": "to be announced"},
                {"internal_id": "X" * 120},
            )
        )
        return replace(planned, rest=planned.rest | typed)

    def deleted(self, planned: Planned, _start: date, _end: date) -> Planned:
        deleted = self.today - timedelta(days=self.random.randint(0, 25))
        return replace(planned, deleted=max(deleted, planned.finished))


_TELL: dict[Story, Callable[[_Planner, Planned, date, date], Planned]] = {
    Story.CLOSED: _Planner.closed,
    Story.REOPENED: _Planner.reopened,
    Story.READY: _Planner.ready,
    Story.READY_BUT: _Planner.ready_but,
    Story.IN_PROGRESS: _Planner.in_progress,
    Story.UPCOMING: _Planner.upcoming,
    Story.SERIES: _Planner.series,
    Story.DRAFT: _Planner.draft,
    Story.INVALID: _Planner.invalid,
    Story.DELETED: _Planner.deleted,
}


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
