"""What happens to a posted step: saved, kept and asked about, or kept and shown again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities import clashes, drafting, queries
from openpars.activities.cautions import HOLDING
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.outcomes import Outcome
from openpars.activities.records import answers_of
from openpars.activities.verbs.make_instances import make_instances
from openpars.activities.verbs.save import Edit, save_one
from openpars.rulebook.declaring import Field, Step
from openpars.rulebook.fields import STEPS
from openpars.rulebook.readers import MOST_ENTRIES
from openpars.web.access import Visit
from openpars.web.forms.posted import Posted, place_read, read_post, without_row
from openpars.web.forms.shapes import ADDED_ROW, field_id
from openpars.web.forms.tokens import Token, read_token
from openpars.web.models import FormEntry
from openpars.web.views.form import drawing, entries, sheets
from openpars.web.views.form.drawing import (
    ADD_ROW,
    ADDING,
    CHOICE,
    CONFIRMED,
    REMOVE_ROW,
    REVISION,
    SEEN,
    THEN,
    TOKEN,
    Asked,
    Place,
)

#: The revision of an activity that was just born.
FIRST_REVISION = 1
#: What the buttons of a step ask for next.
CONTINUE, EXIT = "continue", "exit"
#: What a button of repeated rows may name: `support.in-kind`, `collaborations.0.practice_areas.2`.
_PATH = re.compile(r"[a-z_]{1,40}(\.([0-9]{1,6}|[a-z_-]{1,40})){0,3}")

TOO_OLD = (
    "Nothing has been saved yet: this page had been open for too long, or did not arrive whole. "
    "Everything you typed is below; please look it over and press the button again."
)
NO_DRAFT_YET = (
    "What you typed is kept for you alone. It becomes a draft as soon as what stands in red is mended."
)
SIGN_IN_AGAIN = "Your sign-in had run out. What you typed is kept: sign in, and it stands in the form again."
TOO_LARGE_TO_KEEP = "What you sent was too large to be kept."
NOT_KEPT = "The page was too old for what you typed to be kept."
FIRST_ONES = f"Nothing has been saved yet; the first {MOST_ENTRIES} entries are below."
CLOSED_MEANWHILE = (
    "This activity has been closed meanwhile, so your changes were not saved. They are kept for you: "
    "reopen the activity, and they stand in the form again."
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One posted step, read."""

    data: QueryDict
    posted: Posted
    base_revision: int | None
    confirmed: tuple[str, ...]

    @property
    def raw(self) -> dict[str, Any]:
        """The raw answers."""
        return self.posted.raw


def read_sent(data: QueryDict, fields: Iterable[Field]) -> Sent:
    """Read what was posted for these fields."""
    return Sent(
        data,
        read_post(data, fields),
        _revision(data.get(REVISION, "")),
        tuple(data.getlist(CONFIRMED)),
    )


def keep_while_signed_out(request: HttpRequest, step: Step, *, here: str, adding: bool) -> HttpResponse:
    """Keep what somebody typed whose sign-in ran out, for them alone, and lead them to sign in."""
    kept = keep_unsaved(request, step)
    if isinstance(kept, str):
        messages.warning(request, f"Your sign-in had run out. {kept}")
        return redirect_to_login(here)
    token, entry = kept
    messages.info(request, SIGN_IN_AGAIN, extra_tags=_kept_key(token))
    if token.activity_id is None:
        return redirect_to_login(f"{here}?entry={entry.pk}")
    return redirect_to_login(f"{here}?{ADDING}=yes" if adding else here)


def keep_unsaved(request: HttpRequest, step: Step) -> tuple[Token, FormEntry] | str:
    """Keep a posted step for the person its token names, without a look at who sends it.

    Returns the token and what was kept, or in words why nothing was.
    """
    token = read_token(request.POST.get(TOKEN, ""))
    if token is None or token.step != step.slug or not Provider.objects.filter(pk=token.provider_id).exists():
        return NOT_KEPT
    sent = read_sent(request.POST, step.fields)
    if not entries.fits(sent.raw):
        return TOO_LARGE_TO_KEEP
    return token, entries.keep(token, sent.raw, base_revision=sent.base_revision, now=clock.now())


def receive(came: Visit, step: Step, activity: Activity | None) -> HttpResponse:
    """Save a posted step and lead on, or show what keeps it from being left."""
    data = came.request.POST
    token = read_token(data.get(TOKEN, ""))
    expected = Place(came, step, activity, uuid.uuid4(), data.get(ADDING) == "yes")
    sent = read_sent(data, step.fields)
    if token is None or token != replace(expected.token, entry=token.entry):
        return _keep(expected, sent, TOO_OLD)
    place = replace(expected, entry_id=token.entry)
    if activity is not None and (sent.base_revision is None or sent.base_revision > activity.revision):
        return _keep(place, sent, TOO_OLD)
    if sent.posted.too_many:
        told = [f"{one.message} {one.mend}" for one in sent.posted.too_many]
        return _keep(place, sent, " ".join([*told, FIRST_ONES]))
    if _PATH.fullmatch(data.get(ADD_ROW, "")):
        return _with_row_added(place, sent, data[ADD_ROW])
    if _PATH.fullmatch(data.get(REMOVE_ROW, "")):
        return _with_row_removed(place, sent, data[REMOVE_ROW])
    outcome = save_one(
        _edit(place, sent),
        scope=came.scope,
        actor=came.actor,
        door=Door.FORM,
        now=came.now,
        confirmed=sent.confirmed,
    )
    return _after(place, sent, outcome)


def _with_row_added(place: Place, sent: Sent, path: str) -> HttpResponse:
    """Keep what was typed and show it again with one more row; where scripts run, the browser does this."""
    back = _back_to(place, _stash(place, sent))
    joint = "&" if "?" in back else "?"
    return redirect(f"{back}{joint}{urlencode({ADD_ROW: place_read(sent.data, path)})}#{ADDED_ROW}")


def _with_row_removed(place: Place, sent: Sent, path: str) -> HttpResponse:
    """Keep what was typed without one row and show it again; where scripts run, the browser does this."""
    left = read_sent(without_row(sent.data, path), place.step.fields)
    rows = place_read(left.data, path.rpartition(".")[0])
    return redirect(f"{_back_to(place, _stash(place, left))}#{field_id(rows)}")


def _edit(place: Place, sent: Sent) -> Edit:
    if place.activity is not None:
        return edit_of(place.came, place.activity, sent)
    born = queries.of(place.came.scope).filter(entry=place.entry_id).first()
    if born is None:
        return Edit(answers=sent.raw, entry=place.entry_id)
    # A form for a new activity, sent once more: what others changed since it was born is not to be undone.
    return edit_of(place.came, born, replace(sent, base_revision=FIRST_REVISION))


def edit_of(came: Visit, activity: Activity, sent: Sent) -> Edit:
    """Return the edit of a stored activity; where two versions met, with the person's choices made."""
    seen = _revision(sent.data.get(SEEN, ""))
    if seen is None or sent.base_revision is None:
        return Edit(answers=sent.raw, activity_id=activity.activity_id, base_revision=sent.base_revision)
    # The form still says what it said when it was drawn: of the fields that somebody else changed since,
    # only those the person changed too, and chose to keep, are theirs to save over the version they saw.
    since = [
        change
        for change in queries.changes([activity.activity_id])
        if sent.base_revision < change.revision <= seen
    ]
    met = clashes.meet(
        drafting.typed(sent.raw, today=came.today),
        since,
        stored=answers_of(activity),
        stored_rejected=activity.rejected,
    )
    mine = {name: sent.raw[name] for name in met.edit.fields if sent.data.get(f"{CHOICE}.{name}") != "theirs"}
    return Edit(answers=mine, activity_id=activity.activity_id, base_revision=seen)


def question(outcome: Outcome, sent: Sent, asked: Asked) -> HttpResponse | None:
    """Return the page that asks what has to be asked before the save, None when nothing has."""
    if outcome.conflicts and outcome.activity is not None:
        return drawing.ask_which(asked, outcome.conflicts, seen=outcome.activity.revision)
    held = [
        found
        for found in outcome.findings
        if found.rule in HOLDING and found.rule not in sent.confirmed and not outcome.done
    ]
    return drawing.ask_to_confirm(asked, held, confirmed=sent.confirmed) if held else None


def _after(place: Place, sent: Sent, outcome: Outcome) -> HttpResponse:
    """Answer the person, by what became of their step."""
    activity = outcome.activity
    if outcome.done and activity is not None:
        return _saved(place, sent, activity)
    if activity is not None and activity.closed_at is not None:
        return _keep(replace(place, activity=activity), sent, CLOSED_MEANWHILE)
    # Kept before anything is asked: who walks away from the question finds it in the form.
    entry = _stash(place, sent)
    back = _back_to(place, entry)
    asked = Asked(place.came, place.activity, sent.data, place.address, back)
    return question(outcome, sent, asked) or _keep(place, sent, NO_DRAFT_YET)


def _saved(place: Place, sent: Sent, activity: Activity) -> HttpResponse:
    came, step = place.came, place.step
    entries.forget(place.token)
    key = _kept_key(place.token)
    can_leave = sheets.sheet(activity, today=came.today).can_leave(step)
    following = sheets.step_after(step)
    if sent.data.get(THEN) == EXIT:
        _tell_saved(came, activity, key=key)
        return redirect("activities", number=came.provider.number)
    if not can_leave:
        messages.warning(
            came.request,
            "What is valid has been saved. Please mend what is marked in red.",
            extra_tags=key,
        )
        return redirect(
            drawing.step_address(came, activity.activity_id, step, adding=place.adding, stayed=True)
        )
    if following is not None:
        messages.success(came.request, "Draft saved." if place.adding else "Saved.", extra_tags=key)
        return redirect(drawing.step_address(came, activity.activity_id, following, adding=place.adding))
    made = make_instances(
        activity.activity_id, scope=came.scope, actor=came.actor, door=Door.FORM, now=came.now
    )
    refused = next((one for one in made if not one.done and one.findings), None)
    if refused is not None:
        messages.warning(
            came.request,
            "The activity is saved, but its further instances are not made yet. "
            + " ".join(f"{one.message} {one.mend}" for one in refused.findings[:3]),
            extra_tags=key,
        )
        return redirect(drawing.step_address(came, activity.activity_id, STEPS[0], adding=place.adding))
    return redirect("activity-saved", number=came.provider.number, activity_id=activity.activity_id)


def _tell_saved(came: Visit, activity: Activity, *, key: str) -> None:
    if activity.needs_attention:
        messages.warning(
            came.request,
            f"“{activity.title}” is saved. An answer in it still needs a mend; it stands in red in the form.",
            extra_tags=key,
        )
    else:
        messages.success(came.request, f"“{activity.title}” is saved.", extra_tags=key)


def _keep(place: Place, sent: Sent, problem: str) -> HttpResponse:
    """Keep what was typed for this person and show it again, in its boxes."""
    entry = _stash(place, sent)
    messages.warning(place.came.request, problem, extra_tags=_kept_key(place.token))
    return redirect(_back_to(place, entry))


def _kept_key(token: Token) -> str:
    """Tell the browser that what it kept of this form is kept here now."""
    return f"saved-key:{drawing.keep_keys(token)}"


def _stash(place: Place, sent: Sent) -> FormEntry:
    return entries.keep(place.token, sent.raw, base_revision=sent.base_revision, now=place.came.now)


def _back_to(place: Place, entry: FormEntry) -> str:
    if place.activity is None:
        return f"{place.address}?entry={entry.pk}"
    return place.address


def _revision(text: str) -> int | None:
    """Return a revision from a hidden box; None for anything that is none of ours."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
