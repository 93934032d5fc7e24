"""From whatever comes in to the canonical form: every kind, every spelling, every kind of rubbish."""

from datetime import date
from time import process_time
from typing import Any

import pytest

from openpars.rulebook.reading import Reading, read

from .examples import TODAY, complete, instance


def reading(**raw: Any) -> Reading:
    return read(raw, today=TODAY)


def refused(result: Reading) -> list[tuple[str, str]]:
    return [(found.path, found.rule.removeprefix("activity.")) for found in result.findings]


# What comes in for a field, and the canonical answer.
READ: list[tuple[str, Any, Any]] = [
    # text
    ("title", "  Sepsis \u00a0 in the\r\n First\tHour ", "Sepsis in the First Hour"),
    ("title", "Cafe\u0301", "Café"),
    ("title", "طب الطوارئ 🚑👩🏽\u200d⚕️", "طب الطوارئ 🚑👩🏽\u200d⚕️"),
    ("title", "left \u202eright", "left \u202eright"),
    ("title", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("title", "=cmd()", "=cmd()"),
    ("title", 2026, "2026"),
    ("title", 12.0, "12"),
    ("title", "x" * 500, "x" * 500),
    ("title", "\ufeff Title", "Title"),
    ("title", " \u2003\t\n", None),
    ("title", "", None),
    ("title", None, None),
    ("internal_id", " 007 ", "007"),
    ("internal_id", 7, "7"),
    ("description", " One\r\nTwo\rThree\x0bFour\u2028Five \n", "One\nTwo\nThree\nFour\nFive"),
    ("description", "a\tb  c", "a\tb  c"),
    ("description", "é" * 2500, "é" * 2500),
    ("description", "e\u0301" * 2500, "é" * 2500),
    # choices
    ("format", "rss", "RSS"),
    ("format", "Live Course", "C"),
    ("format", "performance / quality improvement", "PI"),
    ("format", "Journal–based CME", "JN"),
    ("fee", "No, it’s free", "No, it's free"),
    ("fee", "free", "No, it's free"),
    ("fee", True, "Yes"),
    ("country", "usa", "USA"),
    ("country", "United States of America", "USA"),
    ("country", "Cote d’Ivoire", "CIV"),
    ("country", "Georgia", "GEO"),
    ("delivery_methods", "in person; LIVE-STREAMED;", ["In-Person", "Live-Streamed"]),
    ("delivery_methods", "Online, Print/Other", ["Online", "Print/Other"]),
    ("delivery_methods", ["Online", ""], ["Online"]),
    ("delivery_methods", [], None),
    ("delivery_methods", " ; ", None),
    ("commendation_criteria", "c23;Engages Students\nC38", ["C23", "C25", "C38"]),
    # boxes stand in the order of their list, rows as people put them
    ("commendation_criteria", ["C38", "C25", "C23"], ["C23", "C25", "C38"]),
    ("delivery_methods", ["Live-Streamed", "In-Person"], ["In-Person", "Live-Streamed"]),
    (
        "outcomes",
        [
            {"outcome": "Patient Health", "measurement_types": "Subjective; Objective"},
            {"outcome": "learner knowledge", "measurement_types": ["Objective"]},
        ],
        [
            {"outcome": "Learner Knowledge", "measurement_types": ["Objective"]},
            {"outcome": "Patient Health", "measurement_types": ["Objective", "Subjective"]},
        ],
    ),
    ("specialties", ["Surgery", "Demo Medicine", "Pediatrics"], ["Surgery", "Demo Medicine", "Pediatrics"]),
    ("joint_providers", ["Zed", "Alpha"], ["Zed", "Alpha"]),
    ("specialties", "pediatrics; Demo Medicine", ["Pediatrics", "Demo Medicine"]),
    ("specialties", "Endocrinology, Diabetes, and Metabolism", ["Endocrinology, Diabetes, and Metabolism"]),
    ("joint_providers", ["Demo; One", " ", None, "Demo Two"], ["Demo; One", "Demo Two"]),
    ("joint_providers", "Demo One; Demo Two", ["Demo One", "Demo Two"]),
    # dates
    ("start_date", "2026-03-04", "2026-03-04"),
    ("start_date", "2026-3-4", "2026-03-04"),
    ("start_date", "2026/03/04", "2026-03-04"),
    ("start_date", "2026-03-04T00:00:00", "2026-03-04"),
    ("start_date", "2026-03-04T23:59:59.000-06:00", "2026-03-04"),
    ("start_date", "3/4/2026", "2026-03-04"),
    ("start_date", " 03/04/2026 12:00:00 AM ", "2026-03-04"),
    ("start_date", "3-4-26", "2026-03-04"),
    ("start_date", "March 4, 2026", "2026-03-04"),
    ("start_date", "mar. 4th 2026", "2026-03-04"),
    ("start_date", "Sept 4, 2026", "2026-09-04"),
    ("start_date", "Wednesday, March 4, 2026", "2026-03-04"),
    ("start_date", "4 March 2026", "2026-03-04"),
    ("start_date", "4-Mar-2026", "2026-03-04"),
    ("start_date", "٣/٤/٢٠٢٦", "2026-03-04"),
    ("start_date", "3/4/2026\u00a0", "2026-03-04"),
    ("start_date", "2/29/2024", "2024-02-29"),
    ("start_date", "2005-01-01", "2005-01-01"),
    ("start_date", "2099-12-31", "2099-12-31"),
    ("counts_as_of", "2026-03-10", "2026-03-10"),
    # numbers
    ("credits", "10", "10"),
    ("credits", "10.50", "10.5"),
    ("credits", ".25", "0.25"),
    ("credits", "10.", "10"),
    ("credits", "1,000.75", "1000.75"),
    ("credits", "+1", "1"),
    ("credits", "１０．５".replace("．", "."), "10.5"),
    ("credits", 10, "10"),
    ("credits", 10.5, "10.5"),
    ("credits", 100, "100"),
    ("credits", "9999.75", "9999.75"),
    ("credits", "\ufeff 1.25", "1.25"),
    ("physicians", "0", 0),
    ("physicians", "1,040", 1040),
    ("physicians", 12.0, 12),
    ("physicians", "12.0", 12),
    ("physicians", "007", 7),
    ("sessions", "999", 999),
    ("sessions", " " * 1000, None),
    # yes and no
    ("on_passport", "Yes", True),
    ("on_passport", " n ", False),
    ("on_passport", "TRUE", True),
    ("on_passport", 0, False),
    ("on_passport", 1.0, True),
    ("on_passport", "on", True),
    ("on_passport", False, False),
    ("on_passport", "  ", None),
    # web addresses
    ("url", "https://cme.example.org/a?b=c#d", "https://cme.example.org/a?b=c#d"),
    ("url", "HTTP://Example.org", "HTTP://Example.org"),
    ("url", "www.example.org/cme", "https://www.example.org/cme"),
    ("url", "https://example.org:8443/x", "https://example.org:8443/x"),
    ("url", "https://bücher.example/kurs", "https://bücher.example/kurs"),
    ("url", "https://example.org/" + "x" * 1980, "https://example.org/" + "x" * 1980),
    # groups
    ("support", "", None),
    ("support", [], None),
    ("support", [{}, {"kind": "", "source": " ", "amount": None}, None, ""], None),
    (
        "support",
        [{"kind": "Monetary", "source": "rems program companies", "amount": "$12,500.00"}],
        [{"kind": "monetary", "source": "REMS Program Companies (RPC)", "amount": 12500}],
    ),
    ("support", {"source": "Demo", "amount": 5}, [{"source": "Demo", "amount": 5}]),
    ("support", [{"amount": "US$ 5"}, {}, {"amount": "6 USD"}], [{"amount": 5}, {"amount": 6}]),
    (
        "outcomes",
        [{"outcome": "competence", "measurement_types": "objective;subjective"}],
        [{"outcome": "Learner Competence", "measurement_types": ["Objective", "Subjective"]}],
    ),
    (
        "collaborations",
        [{"kind": "moc", "board": "abpath", "points": "5.0", "attested": "yes", "credit_types": "MOCA"}],
        [
            {
                "kind": "moc",
                "board": "ABPath",
                "points": "5",
                "attested": True,
                "credit_types": ["MOCA Points"],
            }
        ],
    ),
    ("collaborations", [{"kind": "mips"}, {"attested": False}], [{"kind": "mips"}]),
    ("instances", [instance(state="illinois")], [instance()]),
]


@pytest.mark.parametrize(("name", "raw", "answer"), READ)
def test_an_answer_is_read(name: str, raw: Any, answer: Any) -> None:
    assert reading(**{name: raw}) == Reading({name: answer}, {}, (), ())


# What comes in for a field, the rule that refuses it, and the text that is kept of it.
REFUSED: list[tuple[str, Any, str, str]] = [
    ("title", "x" * 501, "text.too_long", "x" * 501),
    ("title", "a\x00b", "text.control_characters", "a\u2400b"),
    ("title", "a\x1fb\x7f", "text.control_characters", "a\u241fb\u2421"),
    ("title", "a\u2400b", "text.control_characters", "a\u2400b"),
    ("title", "a\x85b", "text.control_characters", "a\ufffdb"),
    ("title", "a\ud800b", "text.control_characters", "a\ufffdb"),
    ("title", "a\uffffb", "text.control_characters", "a\ufffdb"),
    ("title", True, "text.not_text", "true"),
    ("title", ["a"], "text.not_text", '["a"]'),
    ("title", {"a": "é"}, "text.not_text", '{"a": "é"}'),
    ("internal_id", "A\u200b1", "internal_id.invisible_characters", "A\u200b1"),
    ("internal_id", "A\u202e1", "internal_id.invisible_characters", "A\u202e1"),
    ("description", "x" * 2501, "description.too_long", "x" * 2501),
    ("format", "Webinar", "format.unknown", "Webinar"),
    ("format", ["C"], "text.not_text", '["C"]'),
    ("format", "x" * 3000, "format.unknown", "x" * 3000),
    ("registration", "Members", "choice.unknown", "Members"),
    ("country", "Atlantis", "country.unknown", "Atlantis"),
    ("start_date", "30 February 2026", "date.no_such_day", "30 February 2026"),
    ("start_date", "2026-02-30", "date.no_such_day", "2026-02-30"),
    ("start_date", "2/29/2025", "date.no_such_day", "2/29/2025"),
    ("start_date", "31/12/2026", "date.no_such_day", "31/12/2026"),
    ("start_date", "0000-01-01", "date.no_such_day", "0000-01-01"),
    ("start_date", "spring", "date.not_a_date", "spring"),
    ("start_date", "4.3.2026", "date.not_a_date", "4.3.2026"),
    ("start_date", "Foobar 4, 2026", "date.not_a_date", "Foobar 4, 2026"),
    ("start_date", "20260304", "date.not_a_date", "20260304"),
    ("start_date", "3/4/2026\x00", "date.not_a_date", "3/4/2026\u2400"),
    ("start_date", 46085, "date.not_a_date", "46085"),
    ("start_date", True, "date.not_a_date", "true"),
    ("start_date", "2004-12-31", "date.too_early", "2004-12-31"),
    ("start_date", "1/1/2100", "date.too_late", "1/1/2100"),
    ("start_date", "9999-12-31", "date.too_late", "9999-12-31"),
    ("start_date", "1" * 5000, "date.not_a_date", "1" * 5000),
    ("counts_as_of", "3/11/2026", "counts_as_of.in_the_future", "3/11/2026"),
    ("credits", "10.1", "credits.step", "10.1"),
    ("credits", 10.1, "credits.step", "10.1"),
    (
        "credits",
        "0.2500000000000000000000000000000001",
        "credits.step",
        "0.2500000000000000000000000000000001",
    ),
    ("credits", "0", "credits.too_small", "0"),
    ("credits", "-1", "credits.too_small", "-1"),
    ("credits", "10000", "credits.too_large", "10000"),
    ("credits", 10**400, "credits.too_large", hex(10**400)),
    ("credits", -(10**30), "credits.too_small", str(-(10**30))),
    ("credits", 1e300, "credits.too_large", "1e+300"),
    ("credits", "1e999999", "credits.not_a_number", "1e999999"),
    ("credits", "1e2", "credits.not_a_number", "1e2"),
    ("credits", "NaN", "credits.not_a_number", "NaN"),
    ("credits", float("nan"), "credits.not_a_number", "nan"),
    ("credits", float("inf"), "credits.not_a_number", "inf"),
    ("credits", "Infinity", "credits.not_a_number", "Infinity"),
    ("credits", True, "credits.not_a_number", "true"),
    ("credits", [1], "credits.not_a_number", "[1]"),
    ("credits", "1,00", "credits.not_a_number", "1,00"),
    ("credits", "10,5", "credits.not_a_number", "10,5"),
    ("credits", "²", "credits.not_a_number", "²"),
    ("credits", ".", "credits.not_a_number", "."),
    ("credits", "0x10", "credits.not_a_number", "0x10"),
    ("credits", "1_000", "credits.not_a_number", "1_000"),
    ("credits", "9" * 5000, "credits.not_a_number", "9" * 5000),
    ("physicians", "12.5", "number.not_whole", "12.5"),
    ("physicians", -3, "number.too_small", "-3"),
    ("physicians", "100000000", "number.too_large", "100000000"),
    ("physicians", False, "number.not_a_number", "false"),
    ("sessions", "0", "number.too_small", "0"),
    ("sessions", "1000", "number.too_large", "1000"),
    ("on_passport", "maybe", "yes_no.not_yes_no", "maybe"),
    ("on_passport", 2, "yes_no.not_yes_no", "2"),
    ("on_passport", [True], "yes_no.not_yes_no", "[true]"),
    ("delivery_methods", True, "list.not_a_list", "true"),
    ("delivery_methods", {"a": 1}, "list.not_a_list", '{"a": 1}'),
    ("delivery_methods", ";".join("ab" for _ in range(201)), "list.too_many", ";".join(["ab"] * 201)),
    ("joint_providers", ["x"] * 201, "list.too_many", str(["x"] * 201).replace("'", '"')),
    ("support", "Demo", "list.not_a_list", "Demo"),
    ("support", 5, "list.not_a_list", "5"),
    ("url", "javascript:alert(1)", "url.not_a_web_address", "javascript:alert(1)"),
    ("url", "see our website", "url.not_a_web_address", "see our website"),
    ("url", "ftp://example.org", "url.not_a_web_address", "ftp://example.org"),
    ("url", "https://", "url.not_a_web_address", "https://"),
    ("url", "https://localhost/x", "url.not_a_web_address", "https://localhost/x"),
    ("url", "https://a@example.org", "url.not_a_web_address", "https://a@example.org"),
    ("url", "https://example.org/<script>", "url.not_a_web_address", "https://example.org/<script>"),
    (
        "url",
        "https://example.org\\@evil.example",
        "url.not_a_web_address",
        "https://example.org\\@evil.example",
    ),
    ("url", "https://example.org/a b", "url.not_a_web_address", "https://example.org/a b"),
    ("url", "https://example.org:99999/", "url.not_a_web_address", "https://example.org:99999/"),
    ("url", "https://[::1/", "url.not_a_web_address", "https://[::1/"),
    ("url", "https://example.org/\u202e", "url.not_a_web_address", "https://example.org/\u202e"),
    ("url", "https://example..org", "url.not_a_web_address", "https://example..org"),
    ("url", "https://example.org/" + "x" * 1981, "text.too_long", "https://example.org/" + "x" * 1981),
]


@pytest.mark.parametrize(("name", "raw", "rule", "kept"), REFUSED)
def test_an_answer_is_refused_and_its_text_kept(name: str, raw: Any, rule: str, kept: str) -> None:
    result = reading(**{name: raw})
    assert (result.answers, result.rejected) == ({name: None}, {name: kept})
    assert refused(result) == [(name, rule)]


def test_complete_answers_read_as_themselves() -> None:
    answers = complete(repeated=True, instances=[instance()])
    assert read(answers, today=TODAY) == Reading(answers, {}, (), ())


def test_only_what_was_given_is_answered_and_what_is_no_field_is_told() -> None:
    result = reading(title="T", colour="red", support=[{"source": "Demo", "size": 3}])
    assert result.answers == {"title": "T", "support": [{"source": "Demo"}]}
    assert result.unknown == ("colour", "support.0.size")


def test_one_bad_choice_keeps_the_good_ones() -> None:
    result = reading(delivery_methods=["Online", "Webinar", "Zoom"])
    assert result.answers == {"delivery_methods": ["Online"]}
    assert result.rejected == {"delivery_methods": "Webinar; Zoom"}
    assert refused(result) == [("delivery_methods", "delivery_methods.unknown")] * 2


def test_choices_given_twice_are_kept_once_and_told() -> None:
    result = reading(commendation_criteria="C23; C24; Engages Teams", joint_providers=["Demo", "Demo"])
    assert result.answers == {"commendation_criteria": ["C23", "C24"], "joint_providers": ["Demo"]}
    assert refused(result) == [
        ("joint_providers", "list.repeated"),
        ("commendation_criteria", "list.repeated"),
    ]
    assert result.rejected == {}


def test_bad_entries_of_lists_keep_their_place_and_blank_ones_go() -> None:
    result = reading(
        joint_providers=["One", "", "x" * 201, "Two"],
        support=[{}, {"kind": "monetary", "amount": "lots"}, "Demo", {"amount": "12.5"}],
    )
    assert result.answers == {
        "joint_providers": ["One", None, "Two"],
        "support": [{"kind": "monetary", "amount": None}, {}, {"amount": None}],
    }
    assert result.rejected == {
        "joint_providers.1": "x" * 201,
        "support.0.amount": "lots",
        "support.1": "Demo",
        "support.2.amount": "12.5",
    }
    assert refused(result) == [
        ("joint_providers.1", "text.too_long"),
        ("support.0.amount", "support.amount.not_a_number"),
        ("support.1", "list.not_an_entry"),
        ("support.2.amount", "support.amount.not_whole"),
    ]


# Old codes that stand for more than one answer.
OLD: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"format": "IL"}, {"format": "C", "delivery_methods": ["Live-Streamed"]}),
    (
        {"delivery_methods": "In-Person", "format": "il"},
        {"format": "C", "delivery_methods": ["In-Person", "Live-Streamed"]},
    ),
    ({"format": "IEM", "delivery_methods": "Online"}, {"format": "EM", "delivery_methods": ["Online"]}),
    ({"format": "IEM", "delivery_methods": ""}, {"format": "EM", "delivery_methods": ["Online"]}),
    ({"country": "PRI"}, {"country": "USA", "state": "PR"}),
    ({"country": "Guam", "state": ""}, {"country": "USA", "state": "GU"}),
    ({"country": "VIR", "state": "Virgin Islands"}, {"country": "USA", "state": "VI"}),
    ({"country": "ASM"}, {"country": "USA", "state": "AS"}),
    ({"country": "MNP"}, {"country": "USA", "state": "MP"}),
    ({"country": "USA", "state": "Illinois"}, {"country": "USA", "state": "IL"}),
    ({"state": "d.c."}, {"state": "DC"}),
    ({"state": "washington dc"}, {"state": "DC"}),
    ({"state": "Georgia", "country": "GEO"}, {"state": "Georgia", "country": "GEO"}),
    ({"state": "Ontario", "country": "Canada"}, {"state": "Ontario", "country": "CAN"}),
    ({"state": "Ontario"}, {"state": "Ontario"}),
]


@pytest.mark.parametrize(("raw", "answers"), OLD)
def test_old_codes_and_places(raw: dict[str, Any], answers: dict[str, Any]) -> None:
    assert read(raw, today=TODAY) == Reading(answers, {}, (), ())


def test_a_state_that_is_none_and_one_that_differs() -> None:
    none = reading(country="USA", state="Ontario")
    assert (none.answers, none.rejected) == ({"country": "USA", "state": None}, {"state": "Ontario"})
    assert refused(none) == [("state", "state.unknown")]
    differs = reading(country="PRI", state="CA")
    assert (differs.answers, differs.rejected) == ({"country": "USA", "state": None}, {"state": "CA"})
    assert refused(differs) == [("state", "state.differs")]


def test_an_old_code_in_an_instance_says_nothing_about_the_activity() -> None:
    result = reading(format="IL", instances=[{"country": "PRI", "city": "San Juan"}])
    assert result.answers == {
        "format": "C",
        "instances": [{"city": "San Juan", "state": "PR", "country": "USA"}],
        "delivery_methods": ["Live-Streamed"],
    }


def test_megabytes_of_rubbish_are_refused_quickly_and_kept() -> None:
    big = "é;\x00 " * 750_000
    result = reading(**dict.fromkeys(complete(), big))
    assert set(result.answers.values()) == {None}
    assert set(result.rejected) == set(complete()) | {"delivery_methods"}
    assert all(len(found.message) < 1000 and len(found.value or "") <= 200 for found in result.findings)


def test_a_list_nested_too_deeply_to_write_down_is_refused_all_the_same() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    result = reading(title=deep, support=deep, delivery_methods=deep, joint_providers=deep)
    assert result.rejected["title"] == "(list)"
    assert set(result.rejected) == {"title", "support.0", "delivery_methods", "joint_providers.0"}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("title", "text.too_long"),
        ("description", "description.too_long"),
        ("country", "country.unknown"),
        ("state", "text.too_long"),
    ],
)
def test_accents_piled_up_by_the_hundred_thousand_are_refused_in_no_time(name: str, problem: str) -> None:
    began = process_time()
    result = reading(**{name: "a" + "\u0301\u0327" * 50_000})
    assert refused(result) == [(name, problem)]
    # Putting them in order first took half a minute.
    assert process_time() - began < 2


def test_what_was_read_before_is_handed_out_as_its_owners_to_change() -> None:
    given = {
        "specialties": "Pediatrics",
        "joint_providers": ["A", "B"],
        "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": "Objective"}],
    }
    answers = {
        "specialties": ["Pediatrics"],
        "joint_providers": ["A", "B"],
        "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": ["Objective"]}],
    }
    for _ in range(2):
        result = reading(**given).answers
        assert result == answers
        result["specialties"].append("Surgery")
        result["joint_providers"].append("C")
        result["outcomes"][0]["measurement_types"].append("Subjective")
        result["outcomes"][0]["outcome"] = "Patient Health"
        result["outcomes"].append({})


def test_what_looks_alike_is_not_taken_for_what_was_read_before() -> None:
    for raw, amount in ((1, 1), (True, None), (1.0, 1), ("1", 1), (False, None)):
        result = reading(physicians=raw, support=[{"kind": "monetary", "amount": raw}])
        assert (result.answers["physicians"], result.answers["support"][0]["amount"]) == (amount, amount)
    assert reading(specialties=["Surgery"]).answers["specialties"] == ["Surgery"]
    assert reading(specialties="['Surgery']").answers["specialties"] != ["Surgery"]


def test_what_is_wrong_is_told_each_time_and_by_the_day() -> None:
    raw = {"support": [{"kind": "monetary", "color": "red"}], "counts_as_of": "2025-12-31"}
    for today, told in (
        (date(2026, 1, 1), []),
        (date(2025, 12, 30), [("counts_as_of", "counts_as_of.in_the_future")]),
        (date(2025, 12, 31), []),
    ):
        result = read(raw, today=today)
        assert (result.unknown, refused(result)) == (("support.0.color",), told)
