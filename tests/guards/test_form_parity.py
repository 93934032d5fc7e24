"""The form shows every field of the rulebook, and has a place for the message of every rule."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.template import Context, Template

from openpars.accounts.models import Provider
from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import FIELDS, STEPS
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.rules import RULES, Rule, finding
from openpars.web.forms.bound import bind_all, field_id

#: One row in every repeated field, so that the boxes of rows are there too.
ROWS = {field.name: [{}] for field in FIELDS.values() if field.kind == "group"} | {
    "support": [{"kind": "monetary"}, {"kind": "in-kind"}],
    "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": []}],
}
#: Rules of the verbs speak of what was asked for, not of a box; the pages tell them in their own place.
VERBS = {"close", "edit", "reopen", "delete", "restore", "role", "unknown", "ids_differ"}
RULES_OF_BOXES = [
    rule
    for rule in RULES.values()
    if rule.id.split(".")[1] not in VERBS and not rule.id.startswith("request.")
]
PAGES: list[tuple[str, tuple[Field, ...]]] = [
    *((step.slug, step.fields) for step in STEPS),
    ("learners", tuple(field for field in FIELDS.values() if field.step is None)),
]


def drawn(fields: tuple[Field, ...], findings: Iterable[Finding] = ()) -> str:
    bounds = bind_all(fields, answers=ROWS, rejected={}, findings=tuple(findings), show=frozenset(Stage))
    page = "{% load openpars %}{% for one in bounds %}{% field one %}{% endfor %}{% questions bounds %}"
    return Template(page).render(Context({"bounds": bounds, "provider": Provider(number="0000001")}))


def escaped(text: str) -> str:
    return Template("{{ text }}").render(Context({"text": text}))


def place(path: str) -> str:
    """Return where a path stands in the form: in the first row of a repeated field."""
    top, _, rest = path.partition(".")
    return f"{top}.0.{rest}" if rest else path


@pytest.mark.parametrize("page", [slug for slug, _ in PAGES])
def test_every_field_has_a_box_a_label_and_an_id_that_findings_link_to(page: str) -> None:
    fields = dict(PAGES)[page]
    html = drawn(fields)
    for field in [part for one in fields for part in (one, *one.item)]:
        path = place(field.path)
        if field.path == "support.kind":
            continue  # Each kind has a section of its own.
        assert f'id="{field_id(path)}"' in html, path
        assert field.label in html or field.path.startswith("outcomes."), path
        for question in field.questions:
            assert escaped(question.ask) in html, path


def test_every_field_is_on_one_page_only() -> None:
    names = [field.name for _, fields in PAGES for field in fields]
    assert sorted(names) == sorted(FIELDS)


@pytest.mark.parametrize("rule", RULES_OF_BOXES, ids=lambda rule: rule.id)
def test_the_message_of_every_rule_stands_under_each_of_its_fields(rule: Rule) -> None:
    for path in rule.fields:
        if rule.stage is Stage.CONFIRM and path.startswith("outcomes."):
            continue  # Boxes that are ticked or not cannot be ticked twice, nor in a row of the wrong kind.
        words: dict[str, Any] = dict(rule.sample)
        found = finding(rule.id, path=place(path), **words)
        page = next(fields for _, fields in PAGES if FIELDS[path.split(".")[0]] in fields)
        assert escaped(found.message) in drawn(page, [found]), found.path
