"""The four questions of troubleshooting, answered for the activity at hand.

The general answers are words in `help/answers/<slug>.html`; here is what differs from one activity to the
next: where it stands, and each point that stops it, with the address of its box.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse

from openpars.activities.blockers import blockers
from openpars.activities.models import Activity
from openpars.activities.records import answers_of, phase_of
from openpars.rulebook.fields import field_at
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.judging import judge, stops
from openpars.rulebook.kinds.dates import spoken
from openpars.rulebook.lifecycle import Phase, Status
from openpars.web.access import Visit
from openpars.web.forms.bound import field_id
from openpars.web.views.form.drawing import field_page

_UPCOMING = {
    Phase.UPCOMING: " It has not started yet, so it carries the mark Upcoming.",
    Phase.IN_PROGRESS: " It is under way, so it carries the mark In progress.",
    Phase.ENDED: "",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that is missing or wrong, and where to mend it (None: this person may not, or not now)."""

    message: str
    mend: str
    label: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Action:
    """What to do next: words and an address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the four questions. Without an activity at hand, only the question and the general words."""

    slug: str
    question: str
    verdict: str = ""
    points: tuple[Point, ...] = ()
    action: Action | None = None

    @property
    def template(self) -> str:
        """The template with the answer in general."""
        return f"help/answers/{self.slug}.html"


_QUESTIONS = {
    "save": "Why won’t my activity save?",
    "active": "Why isn’t my activity listed as Active?",
    "close": "Why can’t I close my activity?",
    "delete": "Why can’t I delete my activity?",
}


def in_general() -> tuple[Answer, ...]:
    """Return the four questions without an activity at hand."""
    return tuple(Answer(slug, question) for slug, question in _QUESTIONS.items())


def for_activity(came: Visit, activity: Activity) -> tuple[Answer, ...]:
    """Return the four answers for an activity and a person, in the order of the questions."""
    case = _Case(came, activity)
    answered = {"save": case.save(), "active": case.active(), "close": case.close(), "delete": case.delete()}
    return tuple(Answer(slug, question, *answered[slug]) for slug, question in _QUESTIONS.items())


_Told = tuple[str, tuple[Point, ...], Action | None]


class _Case:
    """One activity, seen by one person at one moment."""

    def __init__(self, came: Visit, activity: Activity) -> None:
        self.came = came
        self.scope = came.scope
        self.activity = activity
        self.answers = answers_of(activity)
        self.blockers = blockers(activity, now=came.now, today=came.today)
        self.status = self.blockers.status
        self.phase = phase_of(activity, today=came.today)

    def save(self) -> _Told:
        """Answers that could not be stored, and who may save at all."""
        if self.status is Status.CLOSED:
            return self._closed("It is closed, and a closed activity is not edited.")
        if not self.scope.may_write:
            return "You may look at this activity but not change it. Ask an administrator of yours.", (), None
        found = judge(self.answers, rejected=self.activity.rejected, today=self.came.today)
        points = self._points(finding for finding in found if finding.stage is Stage.VALID)
        if points:
            return f"{_are(points, 'answer')} kept in the box but not saved, until mended:", points, None
        return "Nothing is in the way: every answer you gave is saved. Missing ones never stop you.", (), None

    def active(self) -> _Told:
        """What is missing for Active."""
        match self.status:
            case Status.CLOSED:
                return self._closed("It was Active until it ended; now it is closed.")
            case Status.READY:
                end = spoken(self.activity.end_date)
                return f"It is Ready to Close instead, because its end date, {end}, has passed.", (), None
            case Status.ACTIVE:
                return f"It is Active.{_UPCOMING[self.phase]}", (), None
            case Status.DRAFT:
                points = self._points(self.blockers.findings)
                if not points:
                    return f"It is a Draft, but nothing is missing any more. {self.blockers.text}", (), None
                return f"It is a Draft. {_are(points, 'answer')} missing for Active:", points, None

    def close(self) -> _Told:
        """What is missing for Closed, and when the end date has passed."""
        if self.status is Status.CLOSED:
            return self._closed("It is closed already.")
        points = self._points(
            stops(self.answers, rejected=self.activity.rejected, today=self.came.today, goal=Stage.CLOSE)
        )
        missing = f"{_are(points, 'answer')} missing for closing:" if points else ""
        if self.phase is not Phase.ENDED:
            end = self.activity.end_date
            clock = f"It ends on {spoken(end)}, so you can close it from {spoken(end + timedelta(days=1))}."
            return f"{clock} {missing or 'Everything else for closing is there.'}", points, None
        if points:
            return f"Its end date has passed. {missing}", points, None
        if not self.scope.may_write:
            return "It can be closed, but not by you: ask one of your editors.", (), None
        edit = Action("Edit it and move the switch Mark Activity as Closed", self._url("activity"))
        return "Nothing stops you: everything for closing is there.", (), edit

    def delete(self) -> _Told:
        """Whether it can be deleted."""
        if self.status is Status.CLOSED:
            return self._closed("It is closed, and a closed activity cannot be deleted.")
        if not self.scope.may_write:
            return "You may look at this activity but not delete it. Ask an administrator of yours.", (), None
        delete = Action("Delete this activity", self._url("activity-delete"))
        return "Nothing stops you. You can bring it back within 30 days.", (), delete

    def _closed(self, verdict: str) -> _Told:
        if not (self.scope.may_write or self.scope.may_reopen_locked):
            return verdict, (), None
        return (
            f"{verdict} If something has to change, reopen it first.",
            (),
            Action("Reopen this activity", self._url("activity-reopen")),
        )

    def _points(self, findings: Iterable[Finding]) -> tuple[Point, ...]:
        return tuple(
            Point(
                message=finding.message,
                mend=finding.mend,
                label=_label(finding.path),
                url=self._box(finding.path) if self.scope.may_write else None,
            )
            for finding in findings
        )

    def _box(self, path: str) -> str:
        """The address of the box that holds the answer at `path`."""
        return f"{field_page(self.came, self.activity, path)}#{field_id(path)}"

    def _url(self, name: str) -> str:
        return reverse(name, args=[self.came.provider.number, self.activity.activity_id])


def _label(path: str) -> str:
    field = field_at(path)
    return field.label if field else path


def _are(points: tuple[Point, ...], noun: str) -> str:
    return f"One {noun} is" if len(points) == 1 else f"{len(points)} {noun}s are"
