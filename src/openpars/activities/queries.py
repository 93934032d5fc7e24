"""The only way to activities: `of(scope)`. And what lists ask: the activity summary, type-ahead."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import connection, models
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce

from openpars.accounts.models import Accreditor
from openpars.accounts.scopes import SYSTEM_SCOPE, Kind, Scope
from openpars.activities.derived import criterion_bit
from openpars.activities.folding import fold
from openpars.activities.models import Activity, Change, PastName
from openpars.activities.records import phase_of, status_of
from openpars.rulebook.lifecycle import Phase, Reach, Status
from openpars.rulebook.steps.stored_records import RESTORE_DAYS
from openpars.rulebook.vocabularies import VOCABULARIES, terms

#: For so long a deleted activity can be restored.
RESTORABLE = timedelta(days=RESTORE_DAYS)
#: No activity can have a higher ID; databases take it ill to be asked for one.
LAST_ID = 2**31 - 1
#: Keys asked for in one statement.
CHUNK = 5_000


class NoSuchActivity(Exception):
    """There is no such activity, as far as the one who asks may know."""


class ActivityQuerySet(QuerySet[Activity]):
    """Activities within one scope."""


def everything(scope: Scope) -> ActivityQuerySet:
    """Return the activities of the scope, deleted ones included. For the verbs."""
    found = ActivityQuerySet(Activity)
    if scope.kind == "system":
        return found
    if scope.provider_id is not None and scope.kind in ("provider", "accreditor"):
        return found.filter(provider=scope.provider_id)
    if scope.kind == "accreditor":
        return found.filter(provider__accreditor=scope.accreditor_id)
    if scope.kind == "public":
        return found.filter(on_passport=True, complete_for__gte=Reach.ACTIVE, deleted_at=None)
    return found.none()


def locked(scope: Scope, activity_ids: Sequence[int]) -> Iterator[Activity]:
    """Give these activities of the scope, deleted ones included, by their IDs, and hold their rows."""
    activity_ids = [activity_id for activity_id in activity_ids if 0 < activity_id <= LAST_ID]
    if len(activity_ids) == 1:
        # What every save asks. Django takes longer to word this query than the database to answer it, so
        # its words are kept.
        yield from _one_locked(scope, activity_ids[0])
        return
    # By their IDs first, for SQLite might look through all of the provider's instead.
    wide = scope if scope.provider_id is None else SYSTEM_SCOPE
    for part in chunks(activity_ids):
        asked = everything(wide).filter(activity_id__in=part).order_by("activity_id")
        for activity in asked.select_for_update(of=("self",)):
            if scope.provider_id in (None, activity.provider_id):
                yield activity


def zones(provider_ids: Collection[int], *, lock: bool) -> list[tuple[int, int, str]]:
    """Return of each of these providers its id, its accreditor's id and its accreditor's time zone.

    With `lock` the providers' rows are held against others who lock them, and against nobody else.
    """
    if not provider_ids:
        return []
    sql = (
        "SELECT provider.id, accreditor.id, accreditor.time_zone FROM accounts_provider provider"
        " JOIN accounts_accreditor accreditor ON accreditor.id = provider.accreditor_id"
        f" WHERE provider.id IN ({', '.join(['%s'] * len(provider_ids))}) ORDER BY provider.id"
    )
    if lock and connection.features.has_select_for_no_key_update:
        sql += " FOR NO KEY UPDATE OF provider"
    with connection.cursor() as cursor:
        cursor.execute(sql, list(provider_ids))
        return [(provider, accreditor, zone) for provider, accreditor, zone in cursor.fetchall()]


#: They stand for the provider, the accreditor and the activity while a query is worded.
_PROVIDER, _ACCREDITOR, _ACTIVITY = 2_000_000_001, 2_000_000_002, 2_000_000_003
_COLUMNS: Final = tuple(field.attname for field in Activity._meta.concrete_fields)


def _one_locked(scope: Scope, activity_id: int) -> list[Activity]:
    sql, places, converters = _worded(connection.vendor, scope.kind, scope.provider_id is not None)
    values = {_PROVIDER: scope.provider_id, _ACCREDITOR: scope.accreditor_id, _ACTIVITY: activity_id}
    with connection.cursor() as cursor:
        cursor.execute(sql, [values.get(place, place) for place in places])
        rows = cursor.fetchall()
    found: list[Activity] = []
    for row in rows:
        told = list(row)
        for position, convert, expression in converters:
            told[position] = convert(told[position], expression, connection)
        found.append(Activity.from_db(connection.alias, _COLUMNS, told))
    return found


@cache
def _worded(vendor: str, kind: Kind, of_provider: bool) -> tuple[str, tuple[int, ...], list[Any]]:  # noqa: ARG001
    """Return the SQL for one activity of such a scope, what stands where in it, and how to read the row."""
    scope = Scope(kind, _PROVIDER if of_provider else None, _ACCREDITOR)
    asked = everything(scope).filter(activity_id=_ACTIVITY).select_for_update(of=("self",))
    compiler = asked.query.get_compiler(connection=connection)
    sql, places = compiler.as_sql()
    converters = [
        (position, convert, expression)
        for position, (converts, expression) in compiler.get_converters(
            [select for select, _, _ in compiler.select]
        ).items()
        for convert in converts
    ]
    return sql, places, converters


def of(scope: Scope) -> ActivityQuerySet:
    """Return the activities that the scope may see and that are not deleted."""
    return everything(scope).filter(deleted_at=None)


def deleted(scope: Scope, *, now: datetime) -> ActivityQuerySet:
    """Return the deleted activities that can still be restored, the last deleted first."""
    recently = everything(scope).filter(deleted_at__gt=now - RESTORABLE)
    return recently.order_by("-deleted_at", "-activity_id")


def get(scope: Scope, activity_id: int) -> Activity:
    """Return one activity of the scope; raises NoSuchActivity."""
    activity = of(scope).filter(activity_id=activity_id).first()
    if activity is None:
        raise NoSuchActivity(activity_id)
    return activity


def has_status(status: Status, *, now: datetime) -> Q:
    """Return the condition for a status, as the stored facts give it at the instant `now`."""
    match status:
        case Status.CLOSED:
            return Q(closed_at__isnull=False)
        case Status.DRAFT:
            return Q(closed_at=None, complete_for__lt=Reach.ACTIVE)
        case Status.READY:
            return Q(closed_at=None, complete_for__gte=Reach.ACTIVE, ends_at__lte=now)
        case Status.ACTIVE:
            return Q(closed_at=None, complete_for__gte=Reach.ACTIVE, ends_at__gt=now)


def with_status(activities: ActivityQuerySet, *, now: datetime) -> ActivityQuerySet:
    """Add the status at the instant `now` to each activity, as `status`."""
    cases = [When(has_status(status, now=now), then=Value(status.value)) for status in Status]
    return activities.annotate(status=Case(*cases, output_field=models.CharField()))


def can_be_closed(*, now: datetime) -> Q:
    """Return the condition for activities that are Ready to Close with nothing missing."""
    return has_status(Status.READY, now=now) & Q(complete_for=Reach.CLOSE)


def needs_attention(*, now: datetime) -> Q:
    """Return the condition for activities that somebody must act on.

    An invalid answer waits to be mended; or the end date has passed, it is not closed, and something is missing
    for the next stage. An activity that has ended with nothing missing only waits for its closing.
    """
    late = Q(closed_at=None, ends_at__lte=now, complete_for__lt=Reach.CLOSE)
    return Q(needs_attention=True) | late


def changes(activity_ids: Sequence[int]) -> Iterable[Change]:
    """Return the changes of these activities, oldest first. The caller has them from a scoped query."""
    return Change.objects.filter(activity_id__in=activity_ids).order_by("activity_id", "revision")


def internal_ids(provider_id: int, wanted: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Give those of the internal IDs that the provider's activities have, each with its activity ID."""
    held = ActivityQuerySet(Activity).filter(provider=provider_id, deleted_at=None).exclude(internal_id="")
    for part in chunks(wanted):
        yield from held.filter(internal_id__in=part).values_list("internal_id", "pk")


def alike(provider_id: int, likenesses: Sequence[int]) -> Iterator[tuple[int, int, UUID | None]]:
    """Give the provider's activities with these likenesses: likeness, activity ID, repeat group."""
    held = ActivityQuerySet(Activity).filter(provider=provider_id, deleted_at=None)
    for part in chunks(likenesses):
        yield from held.filter(likeness__in=part).values_list("likeness", "pk", "repeat_group")


def chunks(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Give the keys in portions that one statement can ask for."""
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


# --- the activity summary

# A function of the start date keeps planners from the index that knows the start dates and nothing else: they
# would walk it in its order and read every wide record to see whether the filters let it through.
_START: Final = Coalesce(F("start_date"), F("end_date"))

SORTS: Final[dict[str, tuple[OrderBy, ...]]] = {
    "newest": (F("created_at").desc(), F("activity_id").desc()),
    "oldest": (F("created_at").asc(), F("activity_id").asc()),
    "title": (F("search_text").asc(), F("activity_id").desc()),
    "-title": (F("search_text").desc(), F("activity_id").desc()),
    "start_date": (_START.asc(), F("activity_id").desc()),
    "-start_date": (_START.desc(), F("activity_id").desc()),
    "end_date": (F("end_date").asc(), F("activity_id").desc()),
    "-end_date": (F("end_date").desc(), F("activity_id").desc()),
}
"""The ways to sort the activity summary, by their slug in the address."""

#: What a row of the summary shows. No list, no long text: a page is quick however large the records are.
SHOWN: Final = (
    "activity_id",
    "provider_id",
    "title",
    "format",
    "start_date",
    "end_date",
    "internal_id",
    "physicians",
    "other_learners",
    "counts_as_of",
    "complete_for",
    "ends_at",
    "closed_at",
    "needs_attention",
    "repeat_group",
    "revision",
    "created_at",
    "updated_at",
)
PAGE_SIZE: Final = 25
#: Counting stops here: "1,000+".
COUNT_UP_TO: Final = 1000
#: More words than anybody searches for.
_MOST_WORDS: Final = 10
_LAST_PAGE: Final = 100_000


@dataclass(frozen=True, slots=True)
class SummaryFilter:
    """What the activity summary shows: its filters, its sort, its page. The defaults show everything."""

    q: str = ""
    status: Status | None = None
    format: str | None = None
    year: int | None = None
    criterion: str | None = None
    attention: bool = False
    sort: str = "newest"
    page: int = 1

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> SummaryFilter:
        """Read a filter from a query string's parameters; what makes no sense is left out."""
        year, page = query.get("year", ""), query.get("page", "")
        sort = query.get("sort", "")
        return cls(
            q=query.get("q", "").replace("\0", "").strip()[:200],
            status=next((status for status in Status if status.value == query.get("status")), None),
            format=_known("formats", query.get("format")),
            year=int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None,
            criterion=_known("commendation_criteria", query.get("criterion")),
            attention=query.get("attention") == "yes",
            sort=sort if sort in SORTS else "newest",
            page=min(max(int(page), 1), _LAST_PAGE)
            if page.isascii() and page.isdecimal() and len(page) < 9
            else 1,
        )

    def parameters(self) -> dict[str, str]:
        """Return the parameters that `parse` reads this filter from, without the page and the defaults."""
        said = {
            "q": self.q,
            "status": self.status.value if self.status else "",
            "format": self.format or "",
            "year": str(self.year) if self.year else "",
            "criterion": self.criterion or "",
            "attention": "yes" if self.attention else "",
            "sort": "" if self.sort == "newest" else self.sort,
        }
        return {name: value for name, value in said.items() if value}

    @property
    def is_narrowed(self) -> bool:
        """Whether some activities are left out."""
        return bool({*self.parameters()} - {"sort"})


def _known(vocabulary: str, code: str | None) -> str | None:
    return code if code in VOCABULARIES[vocabulary].by_code else None


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One activity of the summary. `activity` has the columns of `SHOWN`; asking for others costs a query."""

    activity: Activity
    status: Status
    phase: Phase
    can_close: bool
    needs_attention: bool


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """One page of the summary. `count` is exact unless `capped`; then there are at least so many."""

    rows: tuple[SummaryRow, ...]
    number: int
    count: int
    capped: bool
    has_next: bool

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before this one."""
        return self.number > 1

    @property
    def first(self) -> int:
        """The position of the first row, from 1."""
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        """The position of the last row."""
        return self.first + len(self.rows) - 1


def narrowed(activities: ActivityQuerySet, chosen: SummaryFilter, *, now: datetime) -> ActivityQuerySet:
    """Return the activities that the summary's filters let through."""
    if chosen.status is not None:
        activities = activities.filter(has_status(chosen.status, now=now))
    if chosen.format is not None:
        activities = activities.filter(format=chosen.format)
    if chosen.year is not None:
        activities = activities.filter(year=chosen.year)
    if chosen.criterion is not None:
        bit = criterion_bit(chosen.criterion)
        activities = activities.alias(marked=F("criteria_mask").bitand(bit)).filter(marked=bit)
    if chosen.attention:
        activities = activities.filter(needs_attention(now=now))
    for word in fold(chosen.q).split()[:_MOST_WORDS]:
        activities = activities.filter(search_text__contains=word)
    return activities


def summary(scope: Scope, chosen: SummaryFilter, *, now: datetime, today: date) -> SummaryPage:
    """Return one page of the activity summary. `today` is the day at the scope's accreditor. Two queries.

    The first reads nothing but an index: the IDs in their order, no further than the cap or the page needs.
    """
    found = narrowed(of(scope), chosen, now=now).order_by(*SORTS[chosen.sort])
    start = (chosen.page - 1) * PAGE_SIZE
    skipped = start if start >= COUNT_UP_TO else 0
    until = max(start + PAGE_SIZE, COUNT_UP_TO if not skipped else 0) + 1
    ids = list(found.values_list("pk", flat=True)[skipped:until])
    shown = ids[start - skipped :][:PAGE_SIZE]
    # By their IDs alone, which the scope has let through: SQLite might look through the provider's instead.
    stored = {
        activity.pk: activity for activity in everything(SYSTEM_SCOPE).filter(pk__in=shown).only(*SHOWN)
    }
    return SummaryPage(
        rows=tuple(_row(stored[pk], now=now, today=today) for pk in shown if pk in stored),
        number=chosen.page,
        count=COUNT_UP_TO if skipped else min(len(ids), COUNT_UP_TO),
        capped=bool(skipped) or len(ids) > COUNT_UP_TO,
        has_next=skipped + len(ids) > start + PAGE_SIZE,
    )


def _row(activity: Activity, *, now: datetime, today: date) -> SummaryRow:
    status = status_of(activity, now=now)
    return SummaryRow(
        activity,
        status,
        phase_of(activity, today=today),
        can_close=status is Status.READY and activity.complete_for == Reach.CLOSE,
        needs_attention=activity.needs_attention or _is_late(activity, now=now),
    )


def _is_late(activity: Activity, *, now: datetime) -> bool:
    unfinished = activity.closed_at is None and activity.complete_for < Reach.CLOSE
    return unfinished and activity.ends_at <= now


def years(scope: Scope) -> list[int]:
    """Return the years in which the scope's activities start, from the last to the first, gaps included."""
    starts = of(scope).values_list("start_date", flat=True)
    first, last = starts.order_by("start_date").first(), starts.order_by("start_date").last()
    return [] if first is None or last is None else list(range(last.year, first.year - 1, -1))


# --- type-ahead

#: The kinds of names that are suggested, and the vocabulary that begins each.
SUGGESTED: Final[dict[str, str | None]] = {
    "sources": "supporters",
    "joint-providers": None,
    "specialties": "specialties",
    "practice-areas": "practice_areas",
}
MOST_SUGGESTED: Final = 20


def suggestions(scope: Scope, kind: str, q: str, *, board: str | None = None) -> list[str]:
    """Return names to pick from that contain `q`: the provider's own past ones, then the public lists'.

    Names that begin with `q` come first. The public lists are the rulebook's vocabulary (for a board's
    practice areas, `board` says whose) and what the accreditor added to it. Another provider's names are
    never among them. An unknown kind has none.
    """
    if kind not in SUGGESTED or scope.kind == "public":
        return []
    wanted = fold(q)
    found: dict[str, str] = {}
    if scope.provider_id is not None:
        past = PastName.objects.filter(provider=scope.provider_id, kind=kind, folded__contains=wanted)
        begin = past.filter(folded__startswith=wanted).order_by("folded")[:MOST_SUGGESTED]
        for names in (begin, past.order_by("folded")[:MOST_SUGGESTED]):
            found |= dict(names.values_list("folded", "name"))
    for name in _public_names(scope, SUGGESTED[kind], board):
        if wanted in fold(name):
            found.setdefault(fold(name), name)
    ordered = sorted(found, key=lambda folded: (not folded.startswith(wanted), folded))
    return [found[folded] for folded in islice(ordered, MOST_SUGGESTED)]


def _public_names(scope: Scope, vocabulary: str | None, board: str | None) -> Iterator[str]:
    if vocabulary is None:
        return
    for term in terms(vocabulary, of=board):
        yield term.label
    own = scope.accreditor_id
    if own is None:
        return
    for accreditor in Accreditor.objects.filter(pk=own).only("vocabulary_additions"):
        yield from accreditor.vocabulary_additions.get(vocabulary) or ()
