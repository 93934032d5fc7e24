"""Posted boxes become raw answers."""

from time import process_time
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from openpars.rulebook.fields import STEPS, fields_of
from openpars.rulebook.readers import MOST_ENTRIES
from openpars.web.forms.posted import Posted, pairs, place_read, read_post, without_row

BASIC, LEARNERS, REGISTRATION, ACCREDITATION = (step.slug for step in STEPS)


def post(step: str, *boxes: tuple[str, str]) -> Posted:
    return read_post(QueryDict(urlencode(boxes)), fields_of(step))


def test_single_boxes_are_taken_as_typed_and_what_is_no_field_of_the_step_is_ignored() -> None:
    posted = post(BASIC, ("title", "  Sepsis <b>\x00 "), ("city", ""), ("credits", "1"), ("revision", "9"))
    assert posted.raw == {
        "title": "  Sepsis <b>\x00 ",
        "city": "",
        "delivery_methods": [],
        "instances": [],
    }


def test_nothing_posted_empties_lists_and_leaves_everything_else_alone() -> None:
    assert post(ACCREDITATION).raw == {
        "joint_providers": [],
        "outcomes": [],
        "support": [],
        "commendation_criteria": [],
    }


def test_check_boxes_and_numbered_boxes_make_one_list_without_the_blank_ones() -> None:
    posted = post(
        LEARNERS,
        ("specialties", "Cardiology"),
        ("specialties", ""),
        ("specialties.4", "Rural medicine"),
        ("specialties.10", " "),
        ("specialties.9", "Wilderness medicine"),
    )
    assert posted.raw["specialties"] == ["Cardiology", "Rural medicine", "Wilderness medicine"]


def test_rows_close_up_over_holes_in_the_order_of_their_numbers() -> None:
    posted = post(
        ACCREDITATION,
        ("support.10.kind", "in-kind"),
        ("support.10.source", "Demo Manikins"),
        ("support.2.kind", "monetary"),
        ("support.2.source", "Demo Devices"),
        ("support.2.amount", "$12,500.00"),
        ("support.3.source", ""),
        ("support.3.amount", " "),
        ("outcomes.1.outcome", "Learner Competence"),
        ("outcomes.1.measurement_types", "Objective"),
        ("outcomes.1.measurement_types", "Subjective"),
    )
    assert posted.raw["support"] == [
        {"kind": "monetary", "source": "Demo Devices", "amount": "$12,500.00"},
        {"kind": "in-kind", "source": "Demo Manikins"},
    ]
    assert posted.raw["outcomes"] == [
        {"outcome": "Learner Competence", "measurement_types": ["Objective", "Subjective"]}
    ]


def test_lists_within_rows() -> None:
    posted = post(
        REGISTRATION,
        ("collaborations.0.kind", "moc"),
        ("collaborations.0.board", "ABIM"),
        ("collaborations.0.practice_areas.3", "Hematology"),
        ("collaborations.0.practice_areas", "Internal Medicine"),
        ("collaborations.0.credit_types", "Patient Safety"),
        ("collaborations.7.kind", "mips"),
    )
    assert posted.raw["collaborations"] == [
        {
            "kind": "moc",
            "board": "ABIM",
            "practice_areas": ["Internal Medicine", "Hematology"],
            "credit_types": ["Patient Safety"],
        },
        {"kind": "mips", "practice_areas": [], "credit_types": []},
    ]


@pytest.mark.parametrize("number", ["x", "-1", "²", "٣", "1234567", ""])
def test_a_row_number_that_is_none_makes_no_row(number: str) -> None:
    assert post(ACCREDITATION, (f"support.{number}.source", "Demo Devices")).raw["support"] == []


def test_too_many_rows_are_told_and_the_first_ones_kept() -> None:
    rows = [(f"joint_providers.{number}", f"Clinic {number}") for number in range(MOST_ENTRIES + 1)]
    posted = post(ACCREDITATION, *rows)
    assert [found.rule for found in posted.too_many] == ["activity.list.too_many"]
    assert posted.raw["joint_providers"] == [f"Clinic {number}" for number in range(MOST_ENTRIES)]
    assert post(ACCREDITATION, *rows[:-1]).too_many == ()


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("collaborations", "collaborations"),
        ("support.in-kind", "support.in-kind"),
        ("collaborations.4.practice_areas", "collaborations.1.practice_areas"),
        ("collaborations.3.practice_areas", "collaborations"),
        ("collaborations.9.practice_areas", "collaborations"),
        ("collaborations.²", "collaborations"),
    ],
)
def test_a_list_is_found_where_it_was_read(path: str, place: str) -> None:
    data = QueryDict(
        "collaborations.0.kind=moc&collaborations.3.kind=+&collaborations.3.practice_areas.0="
        "&collaborations.4.practice_areas.0=Hematology"
    )
    assert place_read(data, path) == place


def test_a_row_is_taken_out_with_everything_in_it() -> None:
    data = QueryDict("a.1.b=x&a.1.c.0=y&a.1.c.0=z&a.10.b=w&a=1&b.1=v")
    assert without_row(data, "a.1") == QueryDict("a.10.b=w&a=1&b.1=v")


def test_everything_posted_can_be_carried_along() -> None:
    data = QueryDict("csrfmiddlewaretoken=x&a=1&a=2&b.0.c=%00&confirmed=r")
    assert pairs(data, without=["confirmed"]) == [("a", "1"), ("a", "2"), ("b.0.c", "\x00")]


def test_a_name_of_ever_more_parts_is_no_row_of_ours_and_costs_nothing() -> None:
    began = process_time()
    assert post(ACCREDITATION, ("support." + "1." * 15_000 + "source", "x")).raw["support"] == []
    # Noting each row within each row took seconds, and the memory of the square of its length.
    assert process_time() - began < 1
