"""Files know every field and every rule of the rulebook, in each form they can have."""

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from openpars.formats.recognise import open_file
from openpars.formats.to_cells import groups_of
from openpars.formats.writers import json, tab, xlsx, xml
from openpars.rulebook.fields import ALL_FIELDS
from openpars.rulebook.findings import BLOCKING
from openpars.rulebook.reading import read
from openpars.rulebook.rules import RULES
from openpars.rulebook.steps import files, services, stored_records
from tests.corpus.bad_answers import ALWAYS_LISTED, ALWAYS_TEXT
from tests.corpus.must_fail import MUST_FAIL
from tests.corpus.must_pass import MUST_PASS
from tests.rulebook.examples import TODAY, complete, instance, moc, rems

#: What answers to every field.
RECORD: dict[str, Any] = complete(
    repeated=True,
    sessions=40,
    instances=[instance()],
    collaborations=[moc(content_outline="1.2; 3", board_activity_id="IM-7"), rems(), {"kind": "mips"}],
    counts_as_of="2026-03-09",
)
WRITERS: dict[str, Callable[[io.BytesIO], None]] = {
    "xlsx": lambda stream: xlsx.write(stream, [RECORD], groups=groups_of(RECORD)),
    "tab": lambda stream: tab.write(stream, [RECORD], groups=groups_of(RECORD)),
    "xml": lambda stream: xml.write(stream, [RECORD]),
    "json": lambda stream: json.write(stream, [RECORD]),
    "dialect-json": lambda stream: json.write_dialect(stream, [RECORD]),
}

#: The rules of answers that some forms cannot break, because they cannot say such a thing.
CANNOT_BE_SAID = {".xlsx": ALWAYS_TEXT, ".txt": ALWAYS_TEXT, ".xml": ALWAYS_LISTED, ".json": frozenset[str]()}
#: What only the stored activities show.
NEED_WHAT_IS_STORED = {
    "activity.unknown",
    "activity.activity_id.not_free",
    "activity.ids.differ",
    "activity.add.known",
}
#: A file holds no answer that waits for another.
OF_KEPT_ANSWERS = {"activity.answer.kept"}


def met_in(ending: str) -> set[str]:
    """Return the rules that files of this ending are told of."""
    told = [(name, found.rule) for name, file in MUST_FAIL.items() for found in file.told]
    told += [(name, found.rule) for name, file in MUST_PASS.items() for found in file.told]
    return {rule for name, rule in told if name.endswith(ending)}


def paths_in(answers: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in answers.items():
        yield prefix + name
        for entry in value if isinstance(value, list) else ():
            if isinstance(entry, dict):
                yield from paths_in(entry, f"{prefix}{name}.")


@pytest.mark.parametrize("ending", CANNOT_BE_SAID)
def test_every_rule_by_which_answers_are_refused_is_met_in_each_form(ending: str) -> None:
    elsewhere = {rule.id for rule in (*stored_records.RULES, *files.RULES, *services.RULES)} | OF_KEPT_ANSWERS
    refusing = {rule.id for rule in RULES.values() if rule.stage in BLOCKING} - elsewhere
    assert refusing - met_in(ending) == CANNOT_BE_SAID[ending]


def test_every_rule_about_files_and_rows_is_met() -> None:
    assert {rule.id for rule in files.RULES} - met_in("") == NEED_WHAT_IS_STORED


@pytest.mark.parametrize("form", WRITERS)
def test_every_field_is_written_and_read_again_in_each_form(form: str, tmp_path: Path) -> None:
    assert {*paths_in(RECORD)} == {*ALL_FIELDS}
    stream = io.BytesIO()
    WRITERS[form](stream)
    path = tmp_path / "file"
    path.write_bytes(stream.getvalue())
    (row,) = open_file(path).rows
    result = read(row.answers, today=TODAY)
    assert (result.answers, result.findings, result.unknown) == (RECORD, (), ())
