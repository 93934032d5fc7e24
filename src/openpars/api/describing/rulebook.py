"""The routes of the rulebook."""

from __future__ import annotations

from typing import Final

from openpars.api.describing.operation import Answer, Key, Operation, words
from openpars.api.schemas import COUNT, DATE, FLAG, TEXT, Schema, listed, nullable, record, ref
from openpars.rulebook.findings import Stage

_TERM: Final[Schema] = record(
    {
        "code": {**TEXT, "description": "How the answer is stored."},
        "label": {**TEXT, "description": "How it is shown."},
        "aliases": {**listed(TEXT), "description": "Other names that are read as this term."},
        "of": {**listed(TEXT), "description": "The boards or formats it belongs to; none: to all."},
        "group": TEXT,
        "since": nullable(DATE),
        "until": nullable(DATE),
    }
)

_FIELD: Final[Schema] = record(
    {
        "name": TEXT,
        "label": TEXT,
        "kind": TEXT,
        "step": nullable(TEXT),
        "help": TEXT,
        "multiple": FLAG,
        "vocabulary": nullable(TEXT),
        "max_length": nullable(COUNT),
        "minimum": nullable(TEXT),
        "maximum": nullable(TEXT),
        "multiple_of": nullable(TEXT),
        "applies": {**nullable({"type": "object"}), "description": "When the question is asked."},
        "needed": listed(record({"for": words(*Stage), "when": nullable({"type": "object"})})),
        "columns": {**listed(TEXT), "description": "Its heading in files, and the others that are read."},
        "public": FLAG,
        "questions": listed(record({"ask": TEXT, "answer": TEXT})),
        "item": listed(ref("RulebookField")),
    }
)

_RULE: Final[Schema] = record(
    {
        "id": TEXT,
        "fields": listed(TEXT),
        "stage": words(*Stage),
        "message": TEXT,
        "mend": TEXT,
        "example": TEXT,
        "since": nullable(DATE),
        "until": nullable(DATE),
    }
)

SCHEMAS: Final = {"VocabularyTerm": _TERM, "RulebookField": _FIELD, "RulebookRule": _RULE}

OPERATIONS: Final[dict[Key, Operation]] = {
    ("GET", "vocabularies"): Operation(
        id="listVocabularies",
        tag="Rulebook",
        summary="List the vocabularies",
        description="An open one suggests, and other words are taken too.",
        answers={
            200: Answer(
                "The vocabularies.",
                record(
                    {
                        "version": TEXT,
                        "vocabularies": listed(record({"name": TEXT, "open": FLAG, "terms": COUNT})),
                    }
                ),
                ("ETag",),
            ),
        },
    ),
    ("GET", "vocabularies/{name}"): Operation(
        id="getVocabulary",
        tag="Rulebook",
        summary="Read a vocabulary",
        answers={
            200: Answer(
                "Its terms, with those that your accreditor added.",
                record({"version": TEXT, "name": TEXT, "open": FLAG, "terms": listed(ref("VocabularyTerm"))}),
                ("ETag",),
            ),
        },
    ),
    ("GET", "rules"): Operation(
        id="getRules",
        tag="Rulebook",
        summary="Read every field and every rule",
        answers={
            200: Answer(
                "The rulebook.",
                record(
                    {
                        "version": TEXT,
                        "steps": listed(record({"slug": TEXT, "label": TEXT, "intro": TEXT})),
                        "fields": listed(ref("RulebookField")),
                        "rules": listed(ref("RulebookRule")),
                    }
                ),
                ("ETag",),
            ),
        },
    ),
}
