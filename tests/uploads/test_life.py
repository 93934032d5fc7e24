"""The life of an upload, from the file to the receipt and back."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from openpars import clock
from openpars.accounts.models import ReportingYear
from openpars.uploads import applying, cancelling, exporting, fixing, mapping, queries
from openpars.uploads.models import Upload
from openpars.uploads.states import State
from tests import factories
from tests.activities import doing
from tests.uploads import sending

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen")]


def test_a_file_is_planned_and_nothing_is_written_until_it_is_applied() -> None:
    provider = factories.provider()
    upload = sending.send(provider, [sending.row("A"), sending.row("B")])
    assert upload.state == State.PLANNED
    assert sending.results(upload) == [(2, "new"), (3, "new")]
    assert sending.stored(provider) == []
    upload = sending.apply(upload)
    assert upload.state == State.APPLIED
    assert [activity.title for activity in sending.stored(provider)] == ["Course A", "Course B"]
    assert (upload.counts["added"], upload.applied_by) == (2, "Test Person")


def test_the_same_file_again_changes_nothing_and_is_recognised() -> None:
    provider = factories.provider()
    first = sending.apply(sending.send(provider, [sending.row("A")]))
    again = sending.send(provider, [sending.row("A")])
    assert sending.results(again) == [(2, "unchanged")]
    assert queries.same_file(again) == first
    with pytest.raises(applying.NothingToDo):
        sending.apply(again)


def test_a_changed_row_shows_old_and_new_of_each_field() -> None:
    provider = factories.provider()
    sending.apply(sending.send(provider, [sending.row("A")]))
    upload = sending.send(provider, [sending.row("A", Activity_Title="Course A, revised")])
    (row,) = queries.rows(upload)
    assert (row.result, row.differences) == ("changed", [["title", "Course A", "Course A, revised"]])


def test_one_bad_row_holds_up_all_unless_the_good_ones_alone_are_wanted() -> None:
    provider = factories.provider()
    bad = {"AMA PRA Category 1 Credits": "10.1"}
    upload = sending.send(provider, [sending.row("A") | bad, sending.row("B")])
    assert [
        (row, rule, cell, value) for row, rule, cell, value in sending.found(upload) if rule.endswith("step")
    ] == [(2, "activity.credits.step", "G2", "10.1")]
    with pytest.raises(applying.NotAllGood):
        sending.apply(upload)
    upload = sending.apply(upload, good_rows_only=True)
    assert [activity.title for activity in sending.stored(provider)] == ["Course B"]


def test_a_mend_on_the_page_stands_instead_of_the_cell_in_every_row_alike() -> None:
    provider = factories.provider()
    bad = {"AMA PRA Category 1 Credits": "10.1"}
    upload = sending.send(provider, [sending.row("A") | bad, sending.row("B") | bad, sending.row("C")])
    assert fixing.others_alike(upload, 2, "credits") == [3]
    fixing.fix(upload, {(2, "credits"): "10"}, alike=[(2, "credits")], scope=sending.scope_of(provider))
    upload = sending.worked(upload)
    assert sending.results(upload) == [(2, "new"), (3, "new"), (4, "new")]
    sending.apply(upload)
    assert [str(activity.credits) for activity in sending.stored(provider)] == ["10.00", "10.00", "2.00"]


@pytest.mark.parametrize(("heading", "path"), [("Activity Title", "title"), ("Activity ID", "activity_id")])
def test_what_is_each_rows_own_is_mended_in_its_row_alone(heading: str, path: str) -> None:
    provider = factories.provider()
    bad = {heading: "" if path == "title" else "none"}
    upload = sending.send(provider, [sending.row("A") | bad, sending.row("B") | bad])
    found = [one for one in queries.findings(upload) if one.path == path]
    assert [one.row for one in found] == [2, 3]
    assert (fixing.count_alike(upload, found), fixing.others_alike(upload, 2, path)) == ({}, [])


def test_a_row_left_out_is_not_applied() -> None:
    provider = factories.provider()
    upload = sending.send(provider, [sending.row("A"), sending.row("B")])
    applying.tick(upload, leave_out=[2], take_in=[], scope=sending.scope_of(provider))
    sending.apply(upload)
    assert [activity.title for activity in sending.stored(provider)] == ["Course B"]


def test_a_plan_that_does_not_stand_any_more_writes_nothing_and_says_which_row() -> None:
    provider = factories.provider()
    sending.apply(sending.send(provider, [sending.row("A")]))
    upload = sending.send(provider, [sending.row("A", Activity_Title="From the file"), sending.row("B")])
    (activity,) = sending.stored(provider)
    doing.edit(activity, {"city": "Chicago"})
    upload = sending.apply(upload)
    assert (upload.state, upload.moved["rows"]) == (State.PLANNED, [2])
    assert [one.title for one in sending.stored(provider)] == ["Course A"]
    applying.plan_again(upload, scope=sending.scope_of(provider))
    upload = sending.apply(sending.worked(upload))
    assert [one.title for one in sending.stored(provider)] == ["From the file", "Course B"]


def test_undo_takes_back_what_was_added_changed_and_closed() -> None:
    provider = factories.provider()
    sending.apply(sending.send(provider, [sending.row("A")]))
    upload = sending.apply(
        sending.send(provider, [sending.row("A", Activity_Title="Other"), sending.row("B")])
    )
    upload = sending.undo(upload)
    assert upload.state == State.UNDONE
    assert [one.title for one in sending.stored(provider)] == ["Course A"]


def test_an_upload_whose_activities_have_moved_on_is_not_undone() -> None:
    provider = factories.provider()
    upload = sending.apply(sending.send(provider, [sending.row("A"), sending.row("B")]))
    first, _ = sending.stored(provider)
    doing.edit(first, {"city": "Chicago"})
    upload = sending.undo(upload)
    assert upload.state == State.APPLIED
    assert [one["activity_id"] for one in upload.in_the_way["activities"]] == [first.pk]


def test_what_was_closed_in_a_year_that_is_locked_by_now_is_not_undone() -> None:
    provider = factories.provider()
    activity = factories.activity(provider, internal_id="A")
    upload = sending.apply(sending.send(provider, b"Internal ID\tClose Activity\nA\tYes\n"))
    assert (upload.counts["closed"], doing.stored(activity).closed_at is not None) == (1, True)
    ReportingYear.objects.create(accreditor=provider.accreditor, year=2026, locked_at=clock.now())
    upload = sending.undo(upload)
    assert [one["activity_id"] for one in upload.in_the_way["activities"]] == [activity.pk]
    assert doing.stored(activity).closed_at is not None


def test_strange_headings_are_asked_about_once() -> None:
    provider = factories.provider()
    strange = [
        {
            "What": "Course A",
            "Kind of thing": "Live Course",
            "From": "3/5/2026",
            "Until": "3/6/2026",
            "Our key": "A",
        }
    ]
    upload = sending.send(provider, strange)
    assert upload.state == State.MAPPING
    meanings = {
        "What": "title",
        "Kind of thing": "format",
        "From": "start_date",
        "Until": "end_date",
        "Our key": "internal_id",
    }
    mapping.map_columns(upload, meanings, scope=sending.scope_of(provider))
    upload = sending.worked(upload)
    assert (upload.state, sending.results(upload)) == (State.PLANNED, [(2, "new")])
    assert sending.send(provider, strange).state == State.PLANNED


def test_what_cannot_be_read_says_why() -> None:
    upload = sending.send(factories.provider(), b"\x89PNG\r\n\x1a\n" + b"\0" * 100, name="list.xlsx")
    assert (upload.state, (upload.unreadable or {})["rule"]) == (State.UNREADABLE, "file.not_recognised")


def test_an_upload_can_be_given_up_until_it_is_applied() -> None:
    provider = factories.provider()
    upload = sending.send(provider, [sending.row("A")])
    assert cancelling.cancel(upload, scope=sending.scope_of(provider))
    assert not cancelling.cancel(upload, scope=sending.scope_of(provider))
    with pytest.raises(applying.NotPlanned):
        sending.apply(upload)


def test_a_viewer_sends_nothing_and_a_stranger_sees_nothing() -> None:
    provider = factories.provider()
    upload = sending.send(provider, [sending.row("A")])
    viewer = factories.scope(provider, "viewer")
    assert list(queries.of(viewer)) == [upload]
    with pytest.raises(PermissionDenied):
        applying.apply_plan(upload, good_rows_only=False, scope=viewer, actor=factories.actor())
    with pytest.raises(queries.NoSuchUpload):
        queries.one(factories.scope(factories.provider()), upload.pk)


def test_a_plan_of_yesterday_is_made_again(frozen: datetime) -> None:
    provider = factories.provider()
    upload = sending.send(provider, [sending.row("A")])
    with clock.frozen(frozen + timedelta(days=1)):
        upload = sending.apply(upload)
    assert (upload.state, upload.moved["rows"]) == (State.PLANNED, [])
    assert Upload.objects.count() == 1


@pytest.mark.parametrize("form", exporting.Format)
def test_export_then_upload_changes_nothing(form: exporting.Format) -> None:
    provider = factories.provider()
    for number in range(3):
        factories.activity(provider, internal_id=f"X-{number}", title=f'=1+1 "quoted" {number}')
    upload = sending.send(provider, sending.exported(provider, form), name=f"export.{form}")
    assert sending.results(upload) == [(number, "unchanged") for number, _ in sending.results(upload)]
    assert len(sending.results(upload)) == 3
