"""Laws that hold for whatever anybody sends."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openpars.rulebook.fields import ALL_FIELDS, DRAFT_FIELDS, FIELDS
from openpars.rulebook.findings import Stage
from openpars.rulebook.judging import judge, stops
from openpars.rulebook.lifecycle import Reach, reach
from openpars.rulebook.merging import merge
from openpars.rulebook.reading import Reading, read

from .examples import TODAY, complete, instance, moc, rems

TEXT = st.text(st.characters(categories=["L", "N", "P", "S", "Z", "C"]), max_size=30)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=8
)
NAMES = st.sampled_from(sorted(FIELDS)) | TEXT
WORDS = st.sampled_from(
    [
        *(
            code
            for code in ("C", "RSS", "EM", "IL", "IEM", "PI", "OTH", "USA", "PRI", "CAN", "IL", "Georgia")
        ),
        *(
            "In-Person; Online",
            "Joint",
            "Direct",
            "Yes",
            "No",
            "Open to all",
            "C23; C24",
            "ABIM",
            "moc",
            "rems",
        ),
        *(
            "3/4/2026",
            "2026-03-05",
            "2/30/2026",
            "10.5",
            "10.1",
            "$5",
            "0",
            "-1",
            "https://example.org",
            "x\x00",
        ),
    ]
)


def entries(name: str) -> st.SearchStrategy[Any]:
    """Lists of entries of a group, with likely and unlikely answers."""
    inner = [part.name for part in FIELDS[name].item]
    return st.lists(st.dictionaries(st.sampled_from(inner), WORDS | SCALAR, max_size=6), max_size=3)


LIKELY = st.fixed_dictionaries(
    {},
    optional={
        **{name: WORDS | SCALAR for name, field in FIELDS.items() if not field.item},
        **{name: entries(name) for name, field in FIELDS.items() if field.item},
    },
)
REJECTED = st.dictionaries(
    st.sampled_from(sorted(FIELDS))
    | st.sampled_from(
        ["support.0.amount", "support.7.amount", "joint_providers.0", "instances.0.state", "x.y.z"]
    )
    | TEXT,
    WORDS | TEXT,
    max_size=4,
)
# Complete answers with some of them taken away or changed: the region where the stages part.
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.none() for name in complete()},
        "end_date": st.sampled_from(["2026-03-03", "2027-03-04", "2027-03-05", "2030-01-01"]),
        "format": st.sampled_from(["C", "RSS", "EM", "PI", "OTH"]),
        "on_passport": st.booleans(),
        "support_received": st.booleans(),
        "repeated": st.booleans(),
        "instances": st.just([instance(), instance(city=None)]),
        "collaborations": st.lists(
            st.sampled_from([moc(), moc(points=None), rems(), {"kind": "mips"}]), max_size=3
        ),
        "country": st.sampled_from(["USA", "CAN"]),
    },
).map(lambda over: {name: value for name, value in {**complete(), **over}.items() if value is not None})


@given(st.dictionaries(NAMES, JSON, max_size=8) | LIKELY)
def test_reading_never_fails_and_reads_its_own_answers_as_themselves(raw: dict[str, Any]) -> None:
    first = read(raw, today=TODAY)
    assert set(first.answers) <= set(FIELDS)
    if not first.rejected:
        again = read(first.answers, today=TODAY)
        assert again == Reading(first.answers, {}, (), ())


@given(LIKELY)
def test_every_refused_answer_has_a_finding_and_the_other_way_round(raw: dict[str, Any]) -> None:
    result = read(raw, today=TODAY)
    assert {found.path for found in result.findings if found.stage is Stage.VALID} == set(result.rejected)
    for path, text in result.rejected.items():
        text.encode()
        assert text == "" or text.isprintable() or not set(text) & {"\x00", "\x1f"}, path


@given(LIKELY)
def test_what_was_refused_once_is_refused_again_in_the_same_words(raw: dict[str, Any]) -> None:
    result = read(raw, today=TODAY)
    found = judge(result.answers, rejected=result.rejected, today=TODAY)
    valid = {
        (one.path, one.rule) for one in found if one.path in result.rejected and one.stage is Stage.VALID
    }
    first = {(one.path, one.rule) for one in result.findings if one.stage is Stage.VALID}
    # What is not asked is not judged; what is judged reads as it did. A list or a yes where text belongs
    # is kept as text, so that it may be told in other words; never may it pass.
    assert {path for path, _ in valid} <= {path for path, _ in first}
    if all(isinstance(value, str) for value in raw.values()):
        assert valid <= first


@given(st.dictionaries(NAMES, JSON, max_size=8), REJECTED)
def test_judging_never_fails_on_any_json(answers: dict[str, Any], rejected: dict[str, str]) -> None:
    for found in judge(answers, rejected=rejected, today=TODAY):
        assert found.message and found.mend
    assert reach(answers, rejected, TODAY) in Reach


@settings(max_examples=300)
@given(NEARLY | LIKELY.map(lambda raw: read(raw, today=TODAY).answers), REJECTED)
def test_reach_is_what_nothing_stops(answers: dict[str, Any], rejected: dict[str, str]) -> None:
    reached = reach(answers, rejected, TODAY)
    for goal, needed in ((Stage.ACTIVE, Reach.ACTIVE), (Stage.CLOSE, Reach.CLOSE)):
        assert (reached >= needed) == (stops(answers, rejected=rejected, today=TODAY, goal=goal) == ())
    whole = set(judge(answers, rejected=rejected, today=TODAY))
    assert set(stops(answers, rejected=rejected, today=TODAY, goal=Stage.CLOSE)) <= whole


@given(NEARLY, st.sampled_from(sorted(ALL_FIELDS)))
def test_refusing_an_answer_never_brings_an_activity_further(answers: dict[str, Any], path: str) -> None:
    before = reach(answers, {}, TODAY)
    after = reach(answers, {path: "x\x00"}, TODAY)
    controls = {"format", "delivery_methods", "on_passport", "providership", "support_received", "repeated"}
    if path.partition(".")[0] not in controls | {"country", "collaborations", "start_date", "end_date"}:
        assert after <= before
    if path in DRAFT_FIELDS:
        assert after <= Reach.DRAFT


@given(NEARLY, st.sampled_from(["physicians", "credits", "title", "outcomes", "description", "city"]))
def test_taking_an_answer_away_never_brings_an_activity_further(answers: dict[str, Any], name: str) -> None:
    assert reach(merge(answers, {name: None}), {}, TODAY) <= reach(answers, {}, TODAY)


@given(NEARLY)
def test_findings_come_in_form_order(answers: dict[str, Any]) -> None:
    order = list(FIELDS)
    places = [order.index(found.path.partition(".")[0]) for found in judge(answers, today=TODAY)]
    assert places == sorted(places)


PATCH = st.dictionaries(st.sampled_from(sorted(FIELDS)), JSON, max_size=6)


@given(PATCH, PATCH)
def test_merging_is_field_by_field(stored: dict[str, Any], patch: dict[str, Any]) -> None:
    merged = merge(stored, patch)
    for name in {*stored, *patch}:
        assert repr(merged.get(name)) == repr(patch[name] if name in patch else stored.get(name))
    assert None not in merged.values()
    assert repr(merge(merged, {})) == repr(merged)
    assert repr(merge(merged, patch)) == repr(merged)


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_any_day_is_read_or_refused_alike_in_every_spelling(day: date) -> None:
    spellings = [
        day.isoformat(),
        f"{day.month}/{day.day}/{day.year:04d}",
        f"{day.year:04d}-{day.month}-{day.day}",
    ]
    results = {str(read({"start_date": text}, today=TODAY).answers["start_date"]) for text in spellings}
    inside = date(2005, 1, 1) <= day <= date(2099, 12, 31)
    assert results == {day.isoformat() if inside else "None"}
