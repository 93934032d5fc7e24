"""The activity summary: a provider's activities as one list, filtered, searched, sorted and paged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import F
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce

from openpars.accounts.scopes import SYSTEM_SCOPE, Scope
from openpars.activities import queries, trigrams
from openpars.activities.derived import criterion_bit
from openpars.activities.folding import fold
from openpars.activities.models import Activity
from openpars.activities.queries import ActivityQuerySet
from openpars.activities.records import phase_of, status_of
from openpars.rulebook.lifecycle import Phase, Reach, Status
from openpars.rulebook.vocabularies import VOCABULARIES

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
PAGE_SIZE: Final = 50
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
    def words(self) -> list[str]:
        """What is searched for, folded: an activity has to hold every one of these."""
        return fold(self.q).split()[:_MOST_WORDS]

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
    """Return the activities that the summary's filters let through; what is quickly compared comes first."""
    if chosen.format is not None:
        activities = activities.filter(format=chosen.format)
    if chosen.year is not None:
        activities = activities.filter(year=chosen.year)
    if chosen.criterion is not None:
        bit = criterion_bit(chosen.criterion)
        activities = activities.alias(marked=F("criteria_mask").bitand(bit)).filter(marked=bit)
    if chosen.status is not None:
        activities = activities.filter(queries.has_status(chosen.status, now=now))
    if chosen.attention:
        activities = activities.filter(queries.needs_attention(now=now))
    for word in chosen.words:
        activities = activities.filter(search_text__contains=word)
    return activities


def page(scope: Scope, chosen: SummaryFilter, *, now: datetime, today: date) -> SummaryPage:
    """Return one page of the activity summary. `today` is the day at the scope's accreditor. Two queries.

    The first reads nothing but an index: the IDs in their order, no further than the cap or the page needs.
    A search asks one more query before, and leaves the list alone when few activities can be meant.
    """
    named = trigrams.candidates(chosen.words, provider_id=scope.provider_id)
    activities = queries.of(scope) if named is None else queries.among(scope, named)
    found = narrowed(activities, chosen, now=now).order_by(*SORTS[chosen.sort])
    start = (chosen.page - 1) * PAGE_SIZE
    skipped = start if start >= COUNT_UP_TO else 0
    until = max(start + PAGE_SIZE, COUNT_UP_TO if not skipped else 0) + 1
    ids = list(found.values_list("pk", flat=True)[skipped:until])
    shown = ids[start - skipped :][:PAGE_SIZE]
    # By their IDs alone, which the scope has let through: SQLite might look through the provider's instead.
    wide = queries.everything(SYSTEM_SCOPE).filter(pk__in=shown).only(*SHOWN)
    stored = {activity.pk: activity for activity in wide}
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


def start_years(scope: Scope) -> list[int]:
    """Return the years in which the scope's activities start, from the last to the first, gaps included."""
    starts = queries.of(scope).values_list("start_date", flat=True)
    first, last = starts.order_by("start_date").first(), starts.order_by("start_date").last()
    return [] if first is None or last is None else list(range(last.year, first.year - 1, -1))
