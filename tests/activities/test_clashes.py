"""Two people have the same form open. Only a field that both changed, to different answers, clashes."""

from datetime import datetime
from typing import Any

import pytest

from openpars.activities.models import Activity
from openpars.activities.records import answers_of
from tests import factories
from tests.activities.doing import edit, stored

pytestmark = pytest.mark.django_db

#: (drawn, theirs, mine, what stands afterwards, whether it clashes); a text of a draft's city.
CASES = [
    ("Chicago", "Chicago", "Peoria", "Peoria", False),
    ("Chicago", "Peoria", "Chicago", "Peoria", False),
    ("Chicago", "Peoria", "Peoria", "Peoria", False),
    ("Chicago", "Peoria", "Springfield", "Peoria", True),
    ("Chicago", "", "Springfield", None, True),
    ("Chicago", "Peoria", "", "Peoria", True),
    ("", "", "Peoria", "Peoria", False),
    ("", "Peoria", "", "Peoria", False),
    ("Chicago", "\0", "Peoria", None, True),
    ("Chicago", "\0", "Chicago", None, False),
    ("\0", "Peoria", "\0", "Peoria", False),
    ("\0", "\0", "Peoria", "Peoria", False),
]


@pytest.fixture
def drafted(frozen: datetime) -> Activity:
    return factories.activity(factories.provider(), over=factories.draft())


@pytest.mark.parametrize("case", CASES)
def test_the_same_field(drafted: Activity, case: tuple[str, str, str, str | None, bool]) -> None:
    drawn, theirs, mine, stands, clash = case
    edit(drafted, {"city": drawn})
    base = stored(drafted).revision
    edit(drafted, {"city": theirs}, by="Somebody Else")
    outcome = edit(drafted, {"city": mine, "state": "IL"}, base_revision=base)
    assert outcome.done is not clash
    assert [conflict.field for conflict in outcome.conflicts] == (["city"] if clash else [])
    after = answers_of(stored(drafted))
    assert (after.get("city"), after.get("state")) == (stands, None if clash else "IL")
    for conflict in outcome.conflicts:

        def shown(text: str) -> str | None:
            return text.replace("\0", "\u2400") or None

        assert (conflict.base, conflict.theirs, conflict.mine) == (shown(drawn), shown(theirs), shown(mine))
        assert conflict.by == "Somebody Else"


@pytest.mark.parametrize("field", ["title", "end_date"])
def test_a_field_a_draft_needs_clashes_with_what_was_typed_into_it(drafted: Activity, field: str) -> None:
    edit(drafted, {field: "\0"}, by="Somebody Else")
    mine = {"title": "Mine", "end_date": "2026-03-07"}[field]
    [conflict] = edit(drafted, {field: mine}, base_revision=1).conflicts
    assert (conflict.base, conflict.theirs, conflict.mine) == (factories.draft()[field], "\u2400", mine)


def test_several_changes_since_are_one(drafted: Activity) -> None:
    """Back where it was drawn from, a field has not changed, whatever happened between."""
    for city in ("Chicago", "Peoria", "Springfield", "Chicago"):
        edit(drafted, {"city": city})
    assert edit(drafted, {"city": "Peoria"}, base_revision=2).done
    [conflict] = edit(drafted, {"city": "Rockford"}, base_revision=4).conflicts
    assert (conflict.base, conflict.theirs) == ("Springfield", "Peoria")


def test_other_fields_merge_and_lists_are_one_answer(drafted: Activity) -> None:
    one: dict[str, Any] = {"kind": "monetary", "source": "Demo Devices Company", "amount": 1}
    two = {**one, "amount": 2}
    edit(drafted, {"support_received": True, "support": [one]}, by="Somebody Else")
    assert edit(drafted, {"title": "Mine"}, base_revision=1).done
    [conflict] = edit(drafted, {"support": [two]}, base_revision=1).conflicts
    assert (conflict.field, conflict.base, conflict.theirs, conflict.mine) == ("support", None, [one], [two])
    edit(drafted, {"support": [{**one, "amount": "x"}]}, by="Somebody Else")
    again = stored(drafted).revision
    assert stored(drafted).rejected == {"support.0.amount": "x"}
    assert edit(drafted, {"support": [two]}, base_revision=again).done
    assert stored(drafted).rejected == {}


def test_closing_and_reopening_are_no_clash_with_answers(drafted: Activity) -> None:
    assert edit(drafted, {"title": "Mine"}, base_revision=1).done
    assert edit(drafted, {"title": "Mine"}, base_revision=99).done
