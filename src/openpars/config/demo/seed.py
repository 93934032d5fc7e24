"""Fill an empty site with the demo, through the same verbs as everybody, with the clock set back."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from openpars import clock
from openpars.accounts import verbs as accounts
from openpars.accounts.actors import Actor, actor_of
from openpars.accounts.models import Accreditor, Person, Provider
from openpars.accounts.roles import Role
from openpars.accounts.scopes import Scope
from openpars.activities.doors import Door
from openpars.activities.outcomes import Outcome
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.make_instances import make_instances
from openpars.activities.verbs.reopen import reopen
from openpars.activities.verbs.save import Edit, save
from openpars.config.demo.plan import HOSPITAL, PLACES, SOCIETY, UNIVERSITY, Place, Planned, Story, plan
from openpars.rulebook.findings import Stage
from openpars.rulebook.rules import RULES

ACCREDITOR = "Demo Council for Continuing Medical Education"
TIME_ZONE = "America/Chicago"
#: Published on purpose: `serve --demo` listens on the own machine only.
PASSWORD = "Open-Example-2468"  # noqa: S105

#: Who signs in: e-mail, name, and the role at each place; the first is an administrator.
PEOPLE: tuple[tuple[str, str, dict[Place | None, Role]], ...] = (
    ("admin@demo.example", "Demo Administrator", {UNIVERSITY: Role.ADMINISTRATOR}),
    ("editor@demo.example", "Demo Editor", {UNIVERSITY: Role.EDITOR}),
    ("viewer@demo.example", "Demo Viewer", {UNIVERSITY: Role.VIEWER}),
    (
        "coordinator@demo.example",
        "Demo Coordinator",
        {HOSPITAL: Role.ADMINISTRATOR, SOCIETY: Role.ADMINISTRATOR},
    ),
    ("accreditor@demo.example", "Demo Accreditor Staff", {None: Role.ADMINISTRATOR}),
)

_CONFIRMED = tuple(rule.id for rule in RULES.values() if rule.stage == Stage.CONFIRM)


class RealDataHere(Exception):
    """The database holds a site that is not the demo."""


def is_demo() -> bool:
    """Say whether this database was filled by `ensure`."""
    return Accreditor.objects.filter(name=ACCREDITOR).exists()


def sign_ins() -> list[str]:
    """The e-mail addresses of the demo's people, the administrator first."""
    return [email for email, _, _ in PEOPLE]


def ensure() -> None:
    """Fill the site, all or nothing, unless it has been done. Raises RealDataHere on a site in use."""
    if is_demo():
        return
    if Accreditor.objects.exists() or Person.objects.exists():
        raise RealDataHere
    with transaction.atomic():
        _fill()


def _fill() -> None:
    now = clock.now()
    today = clock.today(TIME_ZONE)
    plans = {place.number: plan(place, today=today) for place in PLACES}
    founded = min(planned.created for drawn in plans.values() for planned in drawn) - timedelta(days=30)
    with clock.frozen(_moment(founded, 0, now)):
        accreditor, providers, people = _accounts()
    for place in PLACES:
        _Site(providers[place.number], people, plans[place.number], now).live()
    for year, deadline in _reporting_years(today):
        accounts.set_deadline(accreditor, year=year, deadline=deadline, actor=_staff(people))
        if year < today.year - 1:
            accounts.lock_year(accreditor, year=year, actor=_staff(people))


def _accounts() -> tuple[Accreditor, dict[str, Provider], dict[str, Person]]:
    accreditor = accounts.create_accreditor(
        name=ACCREDITOR,
        short_name="DCCME",
        time_zone=TIME_ZONE,
        email="help@demo.example",
        phone="+1 555 0199",
        website="https://council.example",
    )
    people = {
        email: accounts.create_person(email=email, name=name, password=PASSWORD) for email, name, _ in PEOPLE
    }
    staff = _staff(people)
    providers = {
        place.number: accounts.create_provider(
            accreditor=accreditor,
            number=place.number,
            name=place.name,
            learner_contact=place.learner_contact,
            jointly_accredited=place.jointly_accredited,
            actor=staff,
        )
        for place in PLACES
    }
    for email, _, roles in PEOPLE:
        for place, role in roles.items():
            if place is None:
                accounts.add_contact(person=people[email], role=role, accreditor=accreditor, actor=staff)
            else:
                provider = providers[place.number]
                accounts.add_contact(person=people[email], role=role, provider=provider, actor=staff)
    return accreditor, providers, people


def _staff(people: dict[str, Person]) -> Actor:
    return actor_of(people["accreditor@demo.example"])


def _reporting_years(today: date) -> list[tuple[int, date]]:
    """Each year is reported until the end of the following March."""
    return [(year, date(year + 1, 3, 31)) for year in range(today.year - 3, today.year + 1)]


def _moment(day: date, hour: int, now: datetime) -> datetime:
    """Office time in the middle of the USA, but never later than now."""
    return min(datetime.combine(day, time(15 + hour, 10), tzinfo=UTC), now)


def _visit(day: date, today: date) -> date:
    """The day on which the office got round to it: exact lately, once in four weeks long ago.

    Work that falls together is done as one set, so that years of history take seconds.
    """
    age = (today - day).days
    return day if age <= 20 else today - timedelta(days=max(20, age // 28 * 28))


#: What is done on the same day is done in this order.
_ORDER = ("create", "finish", "repeat", "count", "close", "reopen", "delete")


class Task(NamedTuple):
    """One thing done to an activity; `which` tells its counts apart."""

    name: str
    which: int = 0


@dataclass(slots=True)
class _Site:
    """The office of one provider, working its way through the plan day by day."""

    provider: Provider
    people: dict[str, Person]
    plan: list[Planned]
    now: datetime

    def live(self) -> None:
        """Do on each day what the plan says for that day."""
        today = self.now.astimezone(ZoneInfo(TIME_ZONE)).date()
        diary: dict[date, dict[Task, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, planned in enumerate(self.plan):
            for task, day in _tasks(planned):
                diary[_visit(day, today)][task].append(number)
        ids: dict[int, int] = {}
        for day in sorted(diary):
            for task in sorted(diary[day], key=lambda task: (_ORDER.index(task.name), task.which)):
                hour = _ORDER.index(task.name)
                self._do(task, diary[day][task], ids, _moment(day, hour, self.now))

    def _do(self, task: Task, numbers: list[int], ids: dict[int, int], now: datetime) -> None:
        common: dict[str, Any] = {
            "scope": self._scope(),
            "actor": self._actor(task.name),
            "door": Door.FORM,
            "now": now,
        }
        planned = [self.plan[number] for number in numbers]
        chosen = [ids[number] for number in numbers if number in ids]
        match task.name:
            case "create":
                edits = [Edit(answers=one.first) for one in planned]
                made = _done(save(edits, confirmed=_CONFIRMED, **common))
                ids |= dict(zip(numbers, made, strict=True))
            case "finish" | "count":
                answers = [
                    one.rest if task.name == "finish" else one.counts[task.which].answers for one in planned
                ]
                edits = [
                    Edit(answers=given, activity_id=known)
                    for given, known in zip(answers, chosen, strict=True)
                ]
                _done(save(edits, confirmed=_CONFIRMED, **common))
            case "repeat":
                for known in chosen:
                    _done(make_instances(known, **common))
            case "close":
                _done(close(chosen, **common))
            case "reopen":
                _done(reopen(chosen, reason="Two learners were counted twice.", **common))
            case _:
                _done(delete(chosen, **common))

    def _scope(self) -> Scope:
        return Scope("provider", self.provider.pk, self.provider.accreditor_id, Role.ADMINISTRATOR)

    def _actor(self, task: str) -> Actor:
        """At the university the editor enters and the administrator closes; elsewhere one does it all."""
        if self.provider.number != UNIVERSITY.number:
            return actor_of(self.people["coordinator@demo.example"])
        who = "editor@demo.example" if task in {"create", "finish", "count"} else "admin@demo.example"
        return actor_of(self.people[who])


def _tasks(planned: Planned) -> list[tuple[Task, date]]:
    """What people do with this activity, and when."""
    tasks = [(Task("create"), planned.created)]
    if planned.rest:
        tasks.append((Task("finish"), planned.finished))
    if planned.story == Story.SERIES:
        tasks.append((Task("repeat"), planned.finished))
    tasks += [(Task("count", number), count.on) for number, count in enumerate(planned.counts)]
    for name, day in (("close", planned.closed), ("reopen", planned.reopened), ("delete", planned.deleted)):
        if day is not None:
            tasks.append((Task(name), day))
    return tasks


def _done(outcomes: Collection[Outcome]) -> list[int]:
    """The IDs of the activities; a demo that the rulebook refuses is a mistake of ours."""
    refused = [outcome.findings for outcome in outcomes if not outcome.done or outcome.activity is None]
    if refused:
        raise RuntimeError(f"The demo does not fit the rulebook: {refused[0]}")
    return [outcome.activity.activity_id for outcome in outcomes if outcome.activity is not None]
