from django.db import models

from openpars.activities.models import SEARCH_BYTES, Activity
from openpars.activities.records import (
    DATES,
    DECIMALS,
    LISTS,
    MAPPINGS,
    PLAIN,
    STORED,
    TEXTS,
    answers_of,
)
from openpars.rulebook.fields import FIELDS
from tests import factories
from tests.activities.doing import add, stored

#: One answer of every field, in canonical form.
EVERYTHING = factories.answers(
    title="Sepsis 「緊急」 ❤ שלום",
    delivery_methods=["In-Person", "Live-Streamed"],
    sessions=12,
    repeated=True,
    instances=[
        {"start_date": "2026-03-18", "end_date": "2026-03-18", "city": "Springfield", "internal_id": "S-9"}
    ],
    credits="0.25",
    specialties=["Emergency Medicine"],
    collaborations=[
        {
            "kind": "moc",
            "board": "ABIM",
            "practice_areas": ["Critical Care Medicine"],
            "credit_types": ["Medical Knowledge"],
            "points": "7.5",
            "credit_claim_date": "2026-12-31",
            "attested": True,
            "attested_by": "Demo Administrator",
        },
        {"kind": "mips"},
    ],
    internal_id="007",
    providership="Joint",
    joint_providers=["Demo Heart Society"],
    support_received=True,
    support=[
        {"kind": "monetary", "source": "Demo Devices Company", "amount": 12500},
        {"kind": "in-kind", "source": "Demo Devices Company"},
    ],
    commendation=True,
    commendation_criteria=["C23", "C38"],
    physicians=0,
    counts_as_of="2026-03-01",
)


def test_every_field_has_a_column_and_comes_back_as_it_was_said(db: None, frozen: object) -> None:
    assert {*FIELDS} == {*EVERYTHING}
    assert {*STORED} == {*FIELDS, "yearly_counts", "legacy", "extra"}
    assert {*STORED} == {*TEXTS, *DATES, *DECIMALS, *PLAIN, *LISTS, *MAPPINGS}
    outcome = add(factories.provider(), EVERYTHING)
    assert outcome.activity is not None
    assert answers_of(outcome.activity) == EVERYTHING
    assert answers_of(stored(outcome.activity)) == EVERYTHING


def test_what_is_returned_is_what_is_stored(db: None, frozen: object) -> None:
    """Verbs hand back the row they wrote: column by column what reading it again gives."""
    written = factories.activity(factories.provider(), **EVERYTHING)
    again = stored(written)
    for field in Activity._meta.concrete_fields:
        assert getattr(written, field.attname) == getattr(again, field.attname), field.name


def test_the_longest_answers_fit_into_the_indexes(db: None, frozen: object) -> None:
    # U+FDFA becomes eighteen characters when it is folded.
    written = factories.activity(
        factories.provider(), title="\ufdfa" * 500, internal_id="\ufdfa" * 100, city="\ufdfa" * 100
    )
    assert len(written.search_text.encode()) <= SEARCH_BYTES


def test_columns_hold_what_the_rulebook_lets_through() -> None:
    """A text column with a limit is at least as long as the field's own limit."""
    for name, field in FIELDS.items():
        column = Activity._meta.get_field(name)
        limit = column.max_length if isinstance(column, models.CharField) else None
        if limit is not None and field.max_length is not None:
            assert field.max_length <= limit
