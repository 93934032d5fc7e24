"""Status, once in Python and once in SQL: the same for every record, zone and instant."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from openpars.accounts.scopes import SYSTEM_SCOPE
from openpars.activities import queries
from openpars.activities.models import Activity
from openpars.activities.queries import ActivityQuerySet
from openpars.activities.records import status_of
from openpars.rulebook.lifecycle import Reach, Status, ends_at
from tests import factories

ZONES = [
    "America/Chicago",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
    "Europe/London",
    "UTC",
]
EARLY, LATE = datetime.fromisoformat("2005-01-01"), datetime.fromisoformat("2099-01-01")
_numbers = count(500_000_000)

facts = st.tuples(
    st.sampled_from(list(Reach)),
    st.dates(date(2005, 1, 1), date(2099, 12, 31)),
    st.sampled_from(ZONES),
    st.none() | st.datetimes(EARLY, LATE, timezones=st.just(UTC)),
    # Seconds around the end of the end date.
    st.sampled_from([-1, 0, 1]) | st.integers(-(10**8), 10**8),
)


class StatusTest(TestCase):
    @settings(max_examples=40)
    @given(st.lists(facts, min_size=1, max_size=8))
    def test_python_and_sql_agree(self, many: list[tuple[Reach, date, str, datetime | None, int]]) -> None:
        provider = factories.provider()
        for reach, end, zone, closed_at, seconds in many:
            ends = ends_at(end, zone)
            now = ends + timedelta(seconds=seconds)
            number = next(_numbers)
            activity = Activity(
                activity_id=number,
                provider=provider,
                title="T",
                format="C",
                start_date=end,
                end_date=end,
                complete_for=reach,
                rulebook_version="1",
                ends_at=ends,
                search_text="",
                year=end.year,
                likeness=0,
                closed_at=closed_at,
                revision=1,
                created_at=now,
                updated_at=now,
            )
            ActivityQuerySet(Activity).bulk_create([activity])
            mine = queries.of(SYSTEM_SCOPE).filter(pk=number)
            told = status_of(activity, now=now)
            assert [
                status for status in Status if mine.filter(queries.has_status(status, now=now)).exists()
            ] == [told]
            assert mine.filter(queries.can_be_closed(now=now)).exists() is (
                told is Status.READY and reach is Reach.CLOSE
            )
            if closed_at is None and reach >= Reach.ACTIVE:
                # The end date has passed exactly when the calendar in that zone says so.
                passed = now.astimezone(ZoneInfo(zone)).date() > end
                assert told is (Status.READY if passed else Status.ACTIVE)
