"""Fill an empty site with the demo, through the same verbs as everybody, with the clock set back."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from openpars import clock
from openpars.accounts import verbs as accounts
from openpars.accounts.actors import Actor, actor_of
from openpars.accounts.models import Accreditor, Person, Provider
from openpars.accounts.roles import Role
from openpars.accounts.scopes import Scope
from openpars.activities.doors import Door
from openpars.activities.verbs.close import close
from openpars.activities.verbs.delete import delete
from openpars.activities.verbs.make_instances import make_instances
from openpars.activities.verbs.reopen import reopen
from openpars.activities.verbs.save import Edit, Outcome, save
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


@dataclass(slots=True)
class _Site:
    """The office of one provider, working its way through the plan day by day."""

    provider: Provider
    people: dict[str, Person]
    plan: list[Planned]
    now: datetime

    def live(self) -> None:
        """Do on each day what the plan says for that day."""
        today = self.now.date()
        diary: dict[date, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for number, planned in enumerate(self.plan):
            for task, day in _tasks(planned):
                name, _, which = task.partition(" ")
                diary[_visit(day, today)][name].append((number, int(which or 0)))
        ids: dict[int, int] = {}
        for day in sorted(diary):
            for hour, task in enumerate(_ORDER):
                if entries := diary[day].get(task):
                    self._do(task, entries, ids, _moment(day, hour, self.now))

    def _do(self, task: str, entries: list[tuple[int, int]], ids: dict[int, int], now: datetime) -> None:
        numbers = [number for number, _ in entries]
        common: dict[str, Any] = {
            "scope": self._scope(),
            "actor": self._actor(task),
            "door": Door.COMMAND,
            "now": now,
        }
        if task == "create":
            edits = [Edit(answers=self.plan[number].first) for number in numbers]
            made = _done(save(edits, confirmed=_CONFIRMED, **common))
            ids |= dict(zip(numbers, made, strict=True))
        elif task in {"finish", "count"}:
            answers = [
                self.plan[number].rest if task == "finish" else self.plan[number].counts[which].answers
                for number, which in entries
            ]
            edits = [
                Edit(answers=given, activity_id=ids[number])
                for number, given in zip(numbers, answers, strict=True)
            ]
            _done(save(edits, confirmed=_CONFIRMED, **common))
        elif task == "repeat":
            for number in numbers:
                make_instances(ids[number], **common)
        else:
            chosen = [ids[number] for number in numbers]
            if task == "close":
                _done(close(chosen, **common))
            elif task == "reopen":
                _done(reopen(chosen, reason="Two learners were counted twice.", **common))
            else:
                _done(delete(chosen, **common))

    def _scope(self) -> Scope:
        return Scope("provider", self.provider.pk, self.provider.accreditor_id, Role.ADMINISTRATOR)

    def _actor(self, task: str) -> Actor:
        """At the university the editor enters and the administrator closes; elsewhere one does it all."""
        if self.provider.number != UNIVERSITY.number:
            return actor_of(self.people["coordinator@demo.example"])
        who = "editor@demo.example" if task in {"create", "finish", "count"} else "admin@demo.example"
        return actor_of(self.people[who])


_ORDER = ("create", "finish", "repeat", "count", "close", "reopen", "delete")


def _tasks(planned: Planned) -> list[tuple[str, date]]:
    """What people do with this activity, and when; `count` says which of the counts."""
    tasks = [("create", planned.created)]
    if planned.rest:
        tasks.append(("finish", planned.finished))
    if planned.story == Story.SERIES:
        tasks.append(("repeat", planned.finished))
    tasks += [(f"count {number}", count.on) for number, count in enumerate(planned.counts)]
    for name, day in (("close", planned.closed), ("reopen", planned.reopened), ("delete", planned.deleted)):
        if day is not None:
            tasks.append((name, day))
    return tasks


def _done(outcomes: Collection[Outcome]) -> list[int]:
    """The IDs of the activities; a demo that the rulebook refuses is a mistake of ours."""
    refused = [outcome.findings for outcome in outcomes if not outcome.done or outcome.activity is None]
    if refused:
        raise RuntimeError(f"The demo does not fit the rulebook: {refused[0]}")
    return [outcome.activity.activity_id for outcome in outcomes if outcome.activity is not None]
