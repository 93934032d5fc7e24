"""Drawing one step of the form, the questions it may have to ask, and the read-only view."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from openpars.activities.blockers import blockers
from openpars.activities.cautions import LOOKS_LIKE_ANOTHER
from openpars.activities.models import Activity
from openpars.activities.outcomes import Conflict
from openpars.activities.records import answers_of, phase_of, status_of
from openpars.passport.listing import Listing, listing
from openpars.rulebook.conditions import holds
from openpars.rulebook.declaring import Step
from openpars.rulebook.fields import FIELDS, STEPS, fields_of
from openpars.rulebook.findings import BLOCKING, Finding, Stage
from openpars.rulebook.judging import stops
from openpars.rulebook.lifecycle import Status
from openpars.rulebook.rules import shortened
from openpars.web.access import Visit
from openpars.web.forms import posted
from openpars.web.forms.bound import bind_all, known_answers
from openpars.web.forms.shapes import Unsaved
from openpars.web.forms.tokens import Token
from openpars.web.forms.words import told
from openpars.web.models import FormEntry
from openpars.web.views.form import entries, sheets

#: Names of hidden boxes that are not answers.
TOKEN = "token"  # noqa: S105 - the name of a box
REVISION = "base_revision"
#: The revision that "keep mine, take theirs" was asked about.
SEEN = "seen"
CHOICE = "choice"
CONFIRMED = "confirmed"
ADDING = "adding"
#: Says in the address that the step was posted and could not be left.
STAYED = "stayed"
THEN = "then"
#: What the buttons of repeated rows send where no script answers them: a path.
ADD_ROW = "add_row"
REMOVE_ROW = "remove_row"

#: What stands beside the button of a step.
READY = "This step is ready. An answer that is still missing can be added later."
LAST_READY = "This page is ready to be saved. An answer that is still missing can be added later."
FIRST_NOT_READY = (
    "Title, format and both dates are needed before you can go on. What you typed is kept in any case."
)
NOT_READY = "What stands in red keeps you on this step. Everything else is saved in any case."


@dataclass(frozen=True, slots=True)
class Place:
    """One step of one activity's form, as one person has it open."""

    came: Visit
    step: Step
    activity: Activity | None
    entry_id: uuid.UUID
    adding: bool
    """Whether the activity is being added, step by step, for the first time."""

    @property
    def address(self) -> str:
        """The address of this step."""
        if self.activity is None:
            return reverse("activity-add", args=[self.came.provider.number])
        return step_address(self.came, self.activity.activity_id, self.step, adding=self.adding)

    @property
    def token(self) -> Token:
        """The token for a form drawn here."""
        return Token(
            self.entry_id,
            self.came.person.pk,
            self.came.provider.pk,
            self.activity.activity_id if self.activity else None,
            self.step.slug,
        )

    @property
    def status(self) -> Status:
        """The status of the activity; one that does not exist yet is on its way to a draft."""
        return status_of(self.activity, now=self.came.now) if self.activity else Status.DRAFT


def step_address(
    came: Visit, activity_id: int, step: Step, *, adding: bool = False, stayed: bool = False
) -> str:
    """Return the address of a step; it says whether one is adding, so that nothing is scolded."""
    address = reverse("activity-step", args=[came.provider.number, activity_id, step.slug])
    said = {name: "yes" for name, value in ((ADDING, adding), (STAYED, stayed)) if value}
    return f"{address}?{urlencode(said)}" if said else address


def keep_key(token: Token, *, fresh: bool = False) -> str:
    """Return the name under which the browser keeps what is typed in this form and not sent.

    An empty form gets a new entry each time it is drawn; what was typed into it comes back by the provider.
    """
    about = f"new-{token.provider_id}" if fresh else token.activity_id or token.entry
    return f"{token.person_id}:{about}:{token.step}"


def keep_keys(token: Token) -> str:
    """Return every name under which the browser may keep what was typed in this form."""
    keys = [keep_key(token)] if token.activity_id else [keep_key(token), keep_key(token, fresh=True)]
    return " ".join(keys)


def draw_step(place: Place, *, entry: FormEntry | None = None) -> HttpResponse:
    """Draw the form of one step, with what was typed and not saved in its boxes where there is such."""
    came, step, activity = place.came, place.step, place.activity
    shown = sheets.sheet(activity, typed=entry.raw if entry else None, today=came.today)
    shown = sheets.with_taken(shown, activity, provider_id=came.provider.pk)
    is_fresh = activity is None and entry is None
    adding_to = came.request.GET.get(ADD_ROW, "")
    # Who asks for a row has not pressed the button that judges the step.
    is_judged = activity is not None or (entry is not None and not adding_to)
    show = BLOCKING | {Stage.CONFIRM} if is_judged else frozenset()
    if activity is not None and not place.adding:
        show |= sheets.MISSING_TOLD[place.status]
    fields = fields_of(step.slug)
    base = entry.base_revision if entry else None
    if base is None and activity is not None:
        base = activity.revision
    stopping = blockers(activity, now=came.now, today=came.today) if activity else None
    said = list(messages.get_messages(came.request))
    blocking = shown.findings_in(step, BLOCKING) if is_judged else ()
    # One box says what is wrong, and what became of what was typed.
    told = [message for message in said if blocking and message.level == messages.WARNING]
    states = sheets.step_states(
        shown, current=step, status=place.status, begun=is_judged, adding=place.adding
    )
    before, following = sheets.step_before(step), sheets.step_after(step)
    context = came.context | {
        "activity": activity,
        "status": place.status,
        "phase": phase_of(activity, today=came.today) if activity else "",
        "step": step,
        "states": [(state, _state_address(place, state.step)) for state in states],
        "fields": bind_all(
            fields,
            answers=shown.answers,
            rejected=shown.rejected,
            findings=shown.findings,
            show=show,
            adding_to=adding_to,
        ),
        "show": " ".join(sorted(stage.value for stage in show or BLOCKING)),
        "known": known_answers(fields, shown.answers),
        "blocking": blocking,
        "blocking_heading": _heading(len(blocking), step),
        "stayed": told or came.request.GET.get(STAYED) == "yes" or (activity is None and is_judged),
        "messages": [message for message in said if message not in told],
        "told": told,
        "can_leave": shown.can_leave(step),
        "note_ready": LAST_READY if following is None else READY,
        "note_not_ready": FIRST_NOT_READY if before is None else NOT_READY,
        "is_last": following is None,
        "back": _state_address(place, before) if before else "",
        "token": place.token.signed(),
        "revision": base,
        "adding": place.adding,
        "address": place.address,
        "check": reverse("step-check", args=[came.provider.number, step.slug]),
        "keep_key": keep_key(place.token, fresh=is_fresh),
        "unsaved": _unsaved(place, entry) if entry else None,
        "unfinished": _unfinished(came) if is_fresh else (),
        "stopping": stopping,
        "stopping_points": points(came, activity, stopping.findings) if activity and stopping else (),
        "later": points(came, activity, before_closing(activity, came)) if activity else (),
        # Of what is only being entered nobody expects to see it.
        "listing": listed(came, activity) if activity and not place.adding else None,
        "can_close": bool(stopping and place.status is Status.READY and not stopping.findings),
    }
    return render(came.request, "activity/step.html", context)


def _unsaved(place: Place, entry: FormEntry) -> Unsaved:
    provider = place.came.provider
    return Unsaved(
        typed_at=entry.updated_at,
        time_zone=provider.accreditor.time_zone,
        discard=reverse("entry-discard", args=[provider.number, entry.pk]),
        is_new=place.activity is None,
    )


def _unfinished(came: Visit) -> list[dict[str, Any]]:
    """Return what the person began and is no draft yet, with a name for each."""
    return [
        {
            "pk": kept.pk,
            "title": f"“{shortened(str(kept.raw['title']), to=80)}”"
            if kept.raw.get("title")
            else "an activity without a title",
            "updated_at": kept.updated_at,
        }
        for kept in entries.unfinished(came.person.pk, provider_id=came.provider.pk)
    ]


def before_closing(activity: Activity, came: Visit) -> Sequence[Finding]:
    """Return what an Active activity will need to be closed: nothing stops it now, but it is good to know."""
    if status_of(activity, now=came.now) is not Status.ACTIVE:
        return ()
    return stops(answers_of(activity), rejected=activity.rejected, today=came.today, goal=Stage.CLOSE)


def listed(came: Visit, activity: Activity) -> Listing:
    """Return how an activity stands with CME Passport."""
    # The provider is the one in the address, which has been read already.
    activity.provider = came.provider
    return listing(activity, now=came.now)


def points(came: Visit, activity: Activity, findings: Iterable[Finding]) -> list[tuple[Finding, str]]:
    """Return each finding with the address of the page that has its field."""
    return [(finding, field_page(came, activity, finding.path)) for finding in findings]


def field_page(came: Visit, activity: Activity, path: str) -> str:
    """Return the address of the page that asks for the answer at a path."""
    slug = sheets.step_of(path)
    if slug is None:
        return reverse("activity-learners", args=[came.provider.number, activity.activity_id])
    return reverse("activity-step", args=[came.provider.number, activity.activity_id, slug])


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that asks something before it saves: what was typed goes along in hidden boxes."""

    came: Visit
    activity: Activity | None
    data: QueryDict
    address: str
    """Where the answer is posted to: the page that was posted."""
    back: str
    """Where the person can look at what they typed again."""

    def context(self, *, without: Iterable[str]) -> dict[str, Any]:
        """Return what both questions are drawn with."""
        return self.came.context | {
            "activity": self.activity,
            "carried": posted.pairs(self.data, without=without),
            "address": self.address,
            "back": self.back,
        }


def ask_to_confirm(asked: Asked, findings: Sequence[Finding], *, confirmed: Iterable[str]) -> HttpResponse:
    """Ask whether what was typed shall be saved as it is."""
    rules = list(dict.fromkeys([*confirmed, *(finding.rule for finding in findings)]))
    others = [
        (finding, reverse("activity", args=[asked.came.provider.number, int(finding.value)]))
        if finding.rule == LOOKS_LIKE_ANOTHER and finding.value
        else (finding, "")
        for finding in findings
    ]
    context = asked.context(without=(CONFIRMED,)) | {"findings": others, "rules": rules}
    return render(asked.came.request, "activity/confirm.html", context)


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two people changed, with the three versions in words."""

    field: str
    label: str
    before: str
    mine: str
    theirs: str
    by: str
    at: datetime


def ask_which(asked: Asked, conflicts: Sequence[Conflict], *, seen: int) -> HttpResponse:
    """Show both versions of each field that somebody else changed meanwhile, and ask which one stays."""
    clashes = [
        Clash(
            conflict.field,
            FIELDS[conflict.field].label,
            told(conflict.field, conflict.base),
            told(conflict.field, conflict.mine),
            told(conflict.field, conflict.theirs),
            conflict.by,
            conflict.at,
        )
        for conflict in conflicts
    ]
    # What was chosen before for other fields is carried along, or it would be undone.
    anew = [f"{CHOICE}.{conflict.field}" for conflict in conflicts]
    context = asked.context(without=(SEEN, *anew)) | {"clashes": clashes, "seen": seen}
    return render(asked.came.request, "activity/conflict.html", context)


def draw_view(came: Visit, activity: Activity, *, typed: FormEntry | None = None) -> HttpResponse:
    """Draw the activity read-only: every answer in words, and what may be done with it."""
    shown = sheets.sheet(activity, today=came.today)
    status = status_of(activity, now=came.now)
    stopping = blockers(activity, now=came.now, today=came.today)
    context = came.context | {
        "activity": activity,
        "status": status,
        "phase": phase_of(activity, today=came.today),
        "is_closed": status is Status.CLOSED,
        "may_reopen": came.scope.may_write or came.scope.may_reopen_locked,
        "sections": [(step, _in_words(step, shown.answers)) for step in STEPS],
        "counts": _in_words(None, shown.answers),
        "stopping": stopping,
        "stopping_points": points(came, activity, stopping.findings),
        "listing": listed(came, activity),
        "typed": typed,
    }
    return render(came.request, "activity/view.html", context)


def _in_words(step: Step | None, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    fields = fields_of(step.slug) if step else [one for one in FIELDS.values() if one.step is None]
    return [
        (field.label, told(field.name, answers[field.name]))
        for field in fields
        if answers.get(field.name) not in (None, [], {}) and holds(field.applies, answers)
    ]


def _heading(count: int, step: Step) -> str:
    answers = "One answer keeps" if count == 1 else f"{count} answers keep"
    after = sheets.step_after(step)
    return f"{answers} you on this step" if after else f"{answers} this step from being finished"


def _state_address(place: Place, step: Step) -> str:
    """Return where the step navigation leads; empty where there is nothing yet."""
    if place.activity is None:
        return place.address if step is place.step else ""
    return step_address(place.came, place.activity.activity_id, step, adding=place.adding)
