"""Fields as they are drawn: nothing typed becomes markup, nothing is lost, everything is wired."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import FIELDS, STEPS, fields_of
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.judging import judge
from openpars.rulebook.lifecycle import Status
from openpars.rulebook.reading import read as read_answers
from openpars.rulebook.vocabularies import VOCABULARIES
from openpars.web.forms.bound import bind, bind_all, known_answers
from openpars.web.forms.posted import read_post
from openpars.web.forms.shapes import NEW_ROW, BoundField, field_id
from openpars.web.templatetags.openpars import day, number, page_numbers, status_badge
from tests.rulebook.examples import TODAY, complete
from tests.web.drawn import Element, posted, read

ROOT = Path(__file__).parents[2]
NASTY = "\"><script>alert('1')</script>&amp;<b>\u202e😀"
SLUGS = [step.slug for step in STEPS]
FORM_FIELDS = [field for step in STEPS for field in step.fields]
INSTANCE = {
    "start_date": "2026-04-01",
    "end_date": "2026-04-02",
    "delivery_methods": ["In-Person"],
    "city": "Peoria",
    "state": "IL",
    "country": "USA",
    "internal_id": "SEPSIS-26-2",
}


def everything(**over: Any) -> dict[str, Any]:
    return complete(repeated=True, instances=[INSTANCE, INSTANCE]) | over


def draw(bounds: Iterable[BoundField]) -> Element:
    source = "{% load openpars %}{% for bound in bounds %}{% field bound %}{% endfor %}"
    return read(Template(source).render(Context({"bounds": bounds})))


def draw_field(name: str, *, answers: dict[str, Any], **given: Any) -> Element:
    given = {"rejected": {}, "findings": (), "show": set(Stage)} | given
    return draw([bind(FIELDS[name], answers=answers, **given)])


def draw_step(
    slug: str,
    answers: dict[str, Any],
    rejected: dict[str, str] | None = None,
    show: Iterable[Stage] = tuple(Stage),
) -> Element:
    rejected = rejected or {}
    found = judge(answers, rejected=rejected, today=TODAY)
    bounds = bind_all(fields_of(slug), answers=answers, rejected=rejected, findings=found, show=set(show))
    return draw(bounds)


def leaves(fields: Iterable[Field], prefix: str = "") -> Iterator[tuple[Field, str]]:
    """Every place an answer can be typed or chosen, in the first row of each group."""
    for field in fields:
        if field.item:
            yield from leaves(field.item, f"{prefix}{field.name}.0.")
        else:
            yield field, prefix + field.name


@pytest.mark.parametrize("slug", SLUGS)
def test_drawn_answers_are_posted_as_they_are(slug: str) -> None:
    answers = everything()
    sent = read_post(posted(draw_step(slug, answers)), fields_of(slug))
    again = read_answers(sent.raw, today=TODAY)
    asked = {field.name for field in fields_of(slug)}
    assert (sent.too_many, again.rejected) == ((), {})
    assert {name: again.answers.get(name) for name in asked} == {name: answers.get(name) for name in asked}


@pytest.mark.parametrize("slug", SLUGS)
def test_an_empty_form_posts_nothing_that_looks_like_an_answer(slug: str) -> None:
    sent = read_post(posted(draw_step(slug, {})), fields_of(slug))
    assert {value or None for value in map(str, sent.raw.values())} <= {None, "[]"}


@pytest.mark.parametrize(("field", "path"), list(leaves(FORM_FIELDS)))
def test_whatever_was_typed_stands_again_and_is_no_markup(field: Field, path: str) -> None:
    top = path.split(".", maxsplit=1)[0]
    rejected = {f"{path}.0" if field.kind == "texts" else path: NASTY}
    finding = Finding("x", Stage.VALID, path, NASTY, f"“{NASTY}” is wrong.", NASTY)
    answers = everything()
    root = draw_field(top, answers=answers, rejected=rejected, findings=(finding,))
    assert not root.all("script", templates=True)
    assert not root.all("b", templates=True)
    # The kind of support is told by the part a row stands in; all others can be seen and mended in their box.
    assert path == "support.0.kind" or NASTY in [
        value for _, values in posted(root).lists() for value in values
    ]
    assert any(NASTY in message.text() for message in root.all(cls="usa-error-message"))


@pytest.mark.parametrize("name", [field.name for field in FORM_FIELDS])
def test_stored_answers_and_labels_are_escaped(name: str) -> None:
    field = replace(FIELDS[name], label=NASTY, help=NASTY)
    answers = everything(**{name: NASTY})
    root = draw([bind(field, answers=answers, rejected={}, findings=(), show=set())])
    assert not root.all("script", templates=True)
    assert NASTY in root.text()


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("answers", [{}, everything(), everything(outcomes=[{}], support=[{}], title=None)])
@pytest.mark.parametrize("rejected", [{}, {path: "?" for _, path in leaves(FORM_FIELDS)}])
def test_ids_labels_and_descriptions_meet(
    slug: str, answers: dict[str, Any], rejected: dict[str, str]
) -> None:
    root = draw_step(slug, answers, rejected)
    ids = [element.attributes["id"] for element in root.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    assert not [one for one in ids if " " in one]
    for element in root.all():
        for name in ("for", "list", "aria-labelledby", "aria-describedby", "data-reveals", "data-counter-of"):
            for target in element.attributes.get(name, "").split():
                assert target in ids, f"{name}={target}"
    labelled = {one.attributes["for"] for one in root.all("label")}
    for box in root.all():
        shown = box.tag in {"select", "textarea"} or (
            box.tag == "input" and box.attributes.get("type") != "hidden"
        )
        if shown:
            assert box.attributes["id"] in labelled, box.attributes


@pytest.mark.parametrize("slug", SLUGS)
def test_every_finding_has_a_place_to_link_to_and_stands_under_it(slug: str) -> None:
    answers = everything(
        title=None,
        delivery_methods=["In-Person", "Online"],
        instances=[{}],
        collaborations=[{"kind": "moc"}, {"kind": "rems"}, {}],
        joint_providers=[],
        outcomes=[{"outcome": "Patient Health"}, {}, {"outcome": "Patient Health"}],
        support=[{"kind": "monetary"}, {"kind": "in-kind"}, {}],
        registration=None,
        credits=None,
    )
    rejected = {"end_date": "30 February", "support.0.amount": "12.5k", "commendation_criteria.1": "C99"}
    found = judge(answers, rejected=rejected, today=TODAY)
    asked = {field.name for field in fields_of(slug)}
    mine = [finding for finding in found if finding.path.split(".")[0] in asked]
    root = draw_step(slug, answers, rejected)
    assert mine
    ids = {element.attributes.get("id") for element in root.all()}
    for finding in mine:
        holder = finding.path
        while field_id(holder) not in ids and "." in holder:
            holder = holder.rpartition(".")[0]
        assert field_id(holder) in ids, finding.path
        stood = [message.text() for message in root.all(cls="op-findings")]
        assert any(finding.message in text and finding.mend in text for text in stood), finding


def test_only_stages_asked_for_are_shown() -> None:
    assert not draw_step("basic-information", {}, show=[Stage.VALID]).all(cls="usa-error-message")
    assert len(draw_step("basic-information", {}, show=[Stage.DRAFT]).all(cls="usa-error-message")) == 4


def test_a_box_with_a_finding_says_so_to_everybody() -> None:
    finding = Finding("x", Stage.VALID, "title", "", "Wrong.", "Mend it.")
    warning = replace(finding, stage=Stage.CONFIRM, message="Sure?")
    root = draw_field("title", answers={"title": "T"}, findings=(finding, warning))
    box = root.one("input")
    assert box.attributes["aria-invalid"] == "true"
    assert box.attributes["aria-describedby"] == (
        "field-title-needs field-title-hint field-title-error field-title-warning"
    )
    assert "Wrong. Mend it." in root.one(id="field-title-error").text()
    assert "Sure? Mend it." in root.one(id="field-title-warning").text()
    plain = draw_field("title", answers={"title": "T"}).one("input")
    assert "aria-invalid" not in plain.attributes
    assert plain.attributes["aria-describedby"] == "field-title-needs field-title-hint"


@pytest.mark.parametrize(
    ("kept", "kind"),
    [
        ("30 February", "text"),
        ("2026-02-30", "text"),
        ("20260304", "text"),
        ("2026-03-04", "date"),
        ("", "date"),
    ],
)
def test_a_date_that_is_none_stands_in_a_plain_box(kept: str, kind: str) -> None:
    box = draw_field("start_date", answers={}, rejected={"start_date": kept}).one("input")
    assert (box.attributes["type"], box.attributes["value"]) == (kind, kept)


def test_a_text_too_long_is_drawn_in_full() -> None:
    long = "\nline\n" * 2000
    box = draw_field("description", answers={}, rejected={"description": long}).one("textarea")
    assert box.text() == long
    assert "maxlength" not in box.attributes
    assert box.attributes["data-counter"] == "2500"


def test_what_does_not_apply_waits_out_of_sight() -> None:
    online = draw_step("basic-information", {"format": "EM", "delivery_methods": ["Online"]})
    offline = draw_step("basic-information", {"format": "C", "delivery_methods": ["In-Person"]})
    assert "data-off" in online.one(data_field="city").attributes
    assert "data-off" not in offline.one(data_field="city").attributes
    live = [box.attributes for box in offline.one(data_field="delivery_methods").all(cls="usa-checkbox")]
    assert ["data-off" in attributes for attributes in live] == [False, False, True, True]


def test_a_choice_that_is_no_longer_offered_can_be_taken_back() -> None:
    root = draw_step("basic-information", {"format": "EM", "delivery_methods": ["In-Person"]})
    offered = root.one(data_field="delivery_methods").all(cls="usa-checkbox")
    assert "data-off" not in offered[0].attributes


def test_only_the_nearest_need_is_told() -> None:
    def marks(answers: dict[str, Any]) -> list[str]:
        root = draw_field("registration", answers=answers)
        return [mark.text() for mark in root.all(cls="op-needed") if "data-off" not in mark.attributes]

    assert marks({"on_passport": True, "collaborations": [{"kind": "moc"}]}) == ["needed for Active"]
    assert marks({"on_passport": False, "collaborations": [{"kind": "moc"}]}) == ["needed to close"]
    assert marks({"on_passport": False}) == []


@pytest.mark.parametrize("name", ["instances", "collaborations", "joint_providers", "specialties", "support"])
def test_an_empty_row_becomes_a_row_by_filling_in_its_number(name: str) -> None:
    root = draw_field(name, answers=everything())
    names = {
        box.attributes["name"]
        for template in root.all("template", templates=True)
        for box in template.all(templates=True)
        if "name" in box.attributes and box.attributes["name"].startswith(f"{name}.{NEW_ROW}")
    }
    assert names
    assert not [box for box in root.all() if NEW_ROW in str(box.attributes)]


def test_each_source_of_support_stands_under_its_kind() -> None:
    root = draw_field("support", answers=everything())
    money, goods = root.all(cls="op-section")
    assert [posted(money)["support.0.kind"], posted(money)["support.0.amount"]] == ["monetary", "12500"]
    assert posted(goods)["support.1.kind"] == "in-kind"
    assert "support.1.amount" not in posted(goods)


def test_the_grid_of_outcomes_shows_every_outcome_and_keeps_what_it_does_not_know() -> None:
    answers = {
        "outcomes": [{"outcome": None, "measurement_types": ["Objective"]}, {"outcome": "Patient Health"}]
    }
    root = draw_field("outcomes", answers=answers, rejected={"outcomes.0.outcome": "Joy"})
    known = [term.label for term in VOCABULARIES["outcomes"].entries]
    assert [line.one(cls="op-outcome__name").text().strip() for line in root.all(cls="op-outcome")] == [
        *known,
        "Joy (not on the list)",
    ]
    sent = read_post(posted(root), [FIELDS["outcomes"]]).raw["outcomes"]
    assert sent == [
        {"outcome": "Patient Health", "measurement_types": []},
        {"outcome": "Joy", "measurement_types": ["Objective"]},
    ]


def test_a_select_marks_what_is_chosen_known_or_not() -> None:
    known = draw_field("country", answers={"country": "CAN"}).one("select")
    assert [o.attributes["value"] for o in known.all("option") if "selected" in o.attributes] == ["CAN"]
    other = draw_field("country", answers={}, rejected={"country": "Atlantis"}).one("select")
    (chosen,) = [option for option in other.all("option") if "selected" in option.attributes]
    assert (chosen.attributes["value"], chosen.text()) == ("Atlantis", "Atlantis (not on the list)")


def test_answers_of_other_steps_reach_the_browser() -> None:
    answers = everything()
    assert known_answers(fields_of("information-for-learners"), answers) == "{}"
    assert '"on_passport": true' in known_answers(fields_of("registration-details"), answers)


def test_a_summary_links_each_finding_once() -> None:
    finding = Finding("x", Stage.VALID, "support.0.amount", NASTY, f"“{NASTY}” is wrong.", "Mend it.")
    source = "{% load openpars %}{% summary_of_findings found focus=True %}"
    root = read(Template(source).render(Context({"found": [finding, finding]})))
    assert root.one("a").attributes["href"] == "#field-support.0.amount"
    assert root.one("h2").text().strip() == "One answer needs attention"
    assert Template(source).render(Context({"found": []})).strip() == ""


@pytest.mark.parametrize("slug", SLUGS)
def test_the_questions_of_a_step_stand_beside_it(slug: str) -> None:
    bounds = bind_all(fields_of(slug), answers={}, rejected={}, findings=(), show=())
    source = "{% load openpars %}{% questions bounds %}"
    root = read(Template(source).render(Context({"bounds": bounds})))
    panels = {panel.attributes["data-faq"] for panel in root.all(cls="op-faq__panel")}
    assert {field.name for field in fields_of(slug) if field.questions} <= panels
    if slug == "registration-details":
        assert {"collaborations.moc", "collaborations.rems", "collaborations.mips"} <= panels


@pytest.mark.parametrize(
    ("pages", "current", "shown"),
    [
        (1, 1, [1]),
        (5, 3, [1, 2, 3, 4, 5]),
        (20, 1, [1, 2, None, 20]),
        (20, 10, [1, None, 9, 10, 11, None, 20]),
        (20, 4, [1, 2, 3, 4, 5, None, 20]),
    ],
)
def test_page_numbers(pages: int, current: int, shown: list[int | None]) -> None:
    assert page_numbers(Paginator(range(pages), 1), current) == shown


def test_days_and_numbers_are_written_as_in_an_office() -> None:
    assert [day("2026-03-04"), day("soon"), day(None), day(TODAY)] == [
        "Mar 4, 2026",
        "soon",
        "",
        "Mar 10, 2026",
    ]
    assert [number(1040), number(0), number(None)] == ["1,040", "0", "–"]


def test_a_status_has_an_icon_and_a_word() -> None:
    badges = [status_badge(words) for words in ("Draft", "Active", "Ready to Close", "Closed")]
    assert [read(badge).text() for badge in badges] == ["Draft", "Active", "Ready to Close", "Closed"]
    assert len({read(badge).one("use").attributes["href"] for badge in badges}) == 4
    assert read(status_badge("Active", "in progress")).text() == "Active In progress"
    assert read(status_badge("Closed", "ended")).text() == "Closed"


def test_a_query_is_changed_in_part() -> None:
    request = RequestFactory().get("/?q=a%26b&page=3&status=Draft&status=Active")
    source = "{% load openpars %}{% with_query page=None q='x' %}"
    drawn = Template(source).render(Context({"request": request}))
    assert drawn == "?status=Draft&amp;status=Active&amp;q=x"


def test_every_icon_drawn_is_in_the_sprite() -> None:
    build = (ROOT / "frontend/build.mjs").read_text()
    listed = set(re.findall(r'"(\w+)"', build.partition("ICONS = [")[2].partition("]")[0]))
    drawn = {
        name for path in ROOT.glob("src/openpars/**/*.html") for name in _icons(path, r'{% icon "(\w+)"')
    }
    drawn |= {name for path in ROOT.glob("frontend/src/*.ts") for name in _icons(path, r'\bicon\("(\w+)"')}
    drawn |= {read(status_badge(one)).one("use").attributes["href"].partition("#")[2] for one in Status}
    assert drawn <= listed


def _icons(path: Path, pattern: str) -> list[str]:
    return re.findall(pattern, path.read_text())
