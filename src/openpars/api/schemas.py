"""JSON schemas (2020-12) of what the web services read and answer, the activity's drawn from the rulebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from openpars.rulebook.catalogue import STAGE_WORDS
from openpars.rulebook.conditions import as_json as condition_as_json
from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import DRAFT_FIELDS, FIELDS
from openpars.rulebook.findings import Stage
from openpars.rulebook.lifecycle import Phase, Status
from openpars.rulebook.vocabularies import VOCABULARIES

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
FLAG: Final[Schema] = {"type": "boolean"}
DATE: Final[Schema] = {"type": "string", "format": "date"}
INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
UUID: Final[Schema] = {"type": "string", "format": "uuid"}
ACTIVITY_ID: Final[Schema] = {
    "type": "integer",
    "minimum": 1,
    "maximum": 999_999_999,
    "description": "The activity ID: a number that OpenPARS gives, and never gives again.",
    "examples": [100000001],
}

#: A number as decimal text; 10.5 and "10.50" are read alike.
_DECIMAL: Final = r"^[0-9]+(\.[0-9]+)?$"


def ref(name: str) -> Schema:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Schema) -> Schema:
    """Return a schema that also allows null."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    """Return a list of what a schema describes."""
    return {"type": "array", "items": schema}


def record(properties: Mapping[str, Schema], *, optional: Iterable[str] = (), **more: Any) -> Schema:
    """Return an object of these members; all of them are there but the optional ones."""
    left_out = set(optional)
    required = [name for name in properties if name not in left_out]
    return {"type": "object", "properties": dict(properties), "required": required, **more}


def answers(*, given: bool = False) -> dict[str, Schema]:
    """Return the schemas of all answers of an activity by their names, in form order: as stored, or as given.

    An answer given as null is cleared. Where a number is asked for its text is read too, where a date the ways
    people write one; the schema says the plain form.
    """
    return {name: _answer(field, given=given) for name, field in FIELDS.items()}


def word_list(vocabulary: str) -> str:
    """Return what the schema of a vocabulary is called: DeliveryMethods for delivery_methods."""
    return "".join(word.capitalize() for word in vocabulary.split("_"))


def _answer(field: Field, *, given: bool) -> Schema:
    schema = _of_kind(field, given=given)
    return {
        "title": field.label,
        "description": _described(field),
        **(_or_null(schema) if given else schema),
    }


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]} if "type" in schema else nullable(schema)


def _of_kind(field: Field, *, given: bool) -> Schema:
    match field.kind:
        case "url":
            schema = {**_text(field), "format": "uri"}
        case "choice":
            schema = _choice(field)
        case "choices":
            schema = listed(_choice(field))
        case "texts":
            schema = listed(_text(field))
        case "date":
            schema = {**DATE, "examples": ["2026-05-04"]}
        case "credits" | "points":
            text = {"type": "string", "pattern": _DECIMAL, "examples": ["1.5"]}
            schema = {"anyOf": [text, {"type": "number", **_limits(field)}]} if given else text
        case "money" | "whole-number":
            schema = {"type": "integer", **_limits(field)}
        case "yes-no":
            schema = FLAG
        case "group":
            parts = {part.name: _answer(part, given=given) for part in field.item}
            closed = {"additionalProperties": False} if given else {}
            schema = listed({"type": "object", "properties": parts, **closed})
        case _:
            schema = _text(field)
    return schema


def _text(field: Field) -> Schema:
    return {"type": "string", "maxLength": field.max_length} if field.max_length else TEXT


def _choice(field: Field) -> Schema:
    """Return one answer from a vocabulary; an open one, and one that takes other words too, only suggests."""
    if field.vocabulary is None or VOCABULARIES[field.vocabulary].open or field.max_length:
        return _text(field)
    return ref(word_list(field.vocabulary))


def _vocabularies() -> dict[str, Schema]:
    """Return the schemas of the vocabularies that answers have to be chosen from."""
    closed = {
        one.vocabulary
        for field in FIELDS.values()
        for one in (field, *field.item)
        if one.vocabulary and not VOCABULARIES[one.vocabulary].open and not one.max_length
    }
    return {
        word_list(name): {
            "type": "string",
            "description": _explained(name),
            "enum": [term.code for term in vocabulary.entries],
        }
        for name, vocabulary in VOCABULARIES.items()
        if name in closed
    }


def _explained(name: str) -> str:
    """Return what the codes of a vocabulary mean, where they do not say it themselves."""
    told = [f"{term.code}: {term.label}" for term in VOCABULARIES[name].entries if term.code != term.label]
    words = f" {'; '.join(told)}." if told and len(told) <= 20 else ""
    return f"One of the codes of /api/v1/vocabularies/{name}; labels and other names are read too.{words}"


def _limits(field: Field) -> Schema:
    named = (("minimum", field.minimum), ("maximum", field.maximum), ("multipleOf", field.multiple_of))
    return {name: float(limit) if "." in limit else int(limit) for name, limit in named if limit}


def _described(field: Field) -> str:
    """Return the help text, the limits that a schema cannot say, and for what the answer is needed."""
    told = [field.help]
    if field.minimum and field.multiple_of:
        told.append(f"{field.minimum} to {field.maximum}, in steps of {field.multiple_of}.")
    if field.vocabulary and (VOCABULARIES[field.vocabulary].open or field.max_length):
        told.append(f"Well-known words are in /api/v1/vocabularies/{field.vocabulary}; others are taken too.")
    if field.applies:
        told.append(f"Asked {_when(condition_as_json(field.applies))}.")
    told += [
        STAGE_WORDS[need.stage] + (f" {_when(condition_as_json(need.when))}." if need.when else ".")
        for need in field.needs
    ]
    return " ".join(filter(None, told))


def _when(condition: Mapping[str, Any]) -> str:
    """Return a condition in words: “where format is C, RSS or EM”."""
    if "all" in condition:
        return " and ".join(_when(part) for part in condition["all"])
    *others, last = ("yes" if one is True else "no" if one is False else str(one) for one in condition["in"])
    words = f"{', '.join(others)} or {last}" if others else last
    return f"where {condition['field'].lstrip('/')} is {words}"


_STAGE: Final[Schema] = {
    "type": "string",
    "enum": [stage.value for stage in Stage],
    "description": "How far the activity can go while this stands. "
    + " ".join(f"{stage.value}: {words}." for stage, words in STAGE_WORDS.items()),
}

_WHERE: Final[Schema] = {
    **nullable(
        record({name: nullable(TEXT) for name in ("sheet", "column", "cell")} | {"row": nullable(COUNT)})
    ),
    "description": "The place in a file. Rows count as the spreadsheet does; in XML and JSON it is the "
    "position of the activity, from 1.",
}

FINDING: Final[Schema] = record(
    {
        "rule": {
            **TEXT,
            "description": "The id of the rule; it never changes its meaning.",
            "examples": ["activity.title.required"],
        },
        "stage": _STAGE,
        "blocks": {**FLAG, "description": "Whether nothing can be saved while this stands."},
        "path": {**TEXT, "description": "The answer, with dots: support.0.amount."},
        "value": {**nullable(TEXT), "description": "What was read there."},
        "message": {**TEXT, "description": "What is wrong, in words for people."},
        "mend": {**TEXT, "description": "How to mend it, in words for people."},
        "pointer": {**TEXT, "description": "The answer as a JSON pointer: /support/0/amount."},
        "where": _WHERE,
    },
    description="One thing that is wrong, as data: programs go by rule and path, people read the words.",
)

PROBLEM: Final[Schema] = record(
    {
        "type": {**TEXT, "format": "uri-reference"},
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": TEXT,
        "findings": listed(ref("Finding")),
    },
    description="Why a call was not done (RFC 9457), with everything that was found at once.",
)

STALE_PROBLEM: Final[Schema] = record(
    {
        **PROBLEM["properties"],
        "current": ref("Activity"),
        "yours": {"type": "object", "description": "What was sent."},
        "conflicts": listed(
            record(
                {
                    "field": TEXT,
                    "base": {"description": "As it was when it was read."},
                    "current": {"description": "As it is stored now."},
                    "yours": {"description": "As it was sent."},
                    "by": TEXT,
                    "at": INSTANT,
                }
            )
        ),
    },
    optional=["current", "yours", "conflicts"],
    description="Somebody changed the activity since: both versions, and where the same answer was changed.",
)

_KEPT: Final[dict[str, Schema]] = {
    "legacy": {
        "type": "object",
        "additionalProperties": TEXT,
        "description": "Answers of earlier years that have no field today, by their names then.",
    },
    "extra": {
        "type": "object",
        "additionalProperties": TEXT,
        "description": "What came in with a file and has no field here.",
    },
    "yearly_counts": {
        **listed(record({"as_of": DATE, "physicians": nullable(COUNT), "other_learners": nullable(COUNT)})),
        "description": "Of enduring material, what was counted last in each year.",
    },
}

_KNOWN: Final[dict[str, Schema]] = {
    "activity_id": ACTIVITY_ID,
    "status": {"type": "string", "enum": [status.value for status in Status]},
    "phase": {"type": "string", "enum": [phase.value for phase in Phase]},
    "revision": {
        "type": "integer",
        "minimum": 1,
        "description": "Goes up with each change; the ETag is this number in quotation marks.",
    },
}

ACTIVITY: Final[Schema] = {
    "type": "object",
    "description": "An activity. What is not answered is absent.",
    "properties": {**_KNOWN, **answers(), **_KEPT},
    "required": [*_KNOWN, *DRAFT_FIELDS],
}

#: What a write tells besides the activity.
_FOUND: Final[dict[str, Schema]] = {"findings": listed(ref("Finding"))}

ANSWERS: Final[Schema] = {
    "type": "object",
    "description": "Answers of an activity. What is absent stays as it is, null clears, a list is replaced "
    "whole; a name that is no field is refused. What is only told may be sent back as it was read.",
    "properties": {
        **answers(given=True),
        **{name: {**schema, "readOnly": True} for name, schema in (_KNOWN | _KEPT | _FOUND).items()},
    },
    "additionalProperties": False,
}

SHARED: Final[dict[str, Schema]] = {
    "Activity": ACTIVITY,
    "Answers": ANSWERS,
    "Finding": FINDING,
    "Problem": PROBLEM,
    "StaleProblem": STALE_PROBLEM,
    **_vocabularies(),
}
"""The schemas of the document that everything else refers to, by name."""
