"""The rulebook as a document: for programs as JSON, for people as Markdown."""

from typing import Any

from openpars.rulebook import VERSION
from openpars.rulebook.conditions import as_json as condition_as_json
from openpars.rulebook.declaring import Field, Rule
from openpars.rulebook.fields import FIELDS, STEPS
from openpars.rulebook.findings import Stage
from openpars.rulebook.rules import RULES
from openpars.rulebook.vocabularies import VOCABULARIES

STAGE_WORDS = {
    Stage.VALID: "Has to be put right first",
    Stage.DRAFT: "Needed to be saved",
    Stage.ACTIVE: "Needed for Active",
    Stage.CLOSE: "Needed for Closed",
    Stage.CONFIRM: "A warning you may let stand",
}


def as_json() -> dict[str, Any]:
    """Return the whole rulebook as plain JSON: version, steps, fields, rules and vocabularies."""
    return {
        "version": VERSION,
        "steps": [{"slug": step.slug, "label": step.label, "intro": step.intro} for step in STEPS],
        "fields": [_field(field) for field in FIELDS.values()],
        "rules": [rule_as_json(rule) for rule in RULES.values()],
        "vocabularies": {
            name: {
                "open": vocabulary.open,
                "terms": [
                    {
                        "code": term.code,
                        "label": term.label,
                        "aliases": list(term.aliases),
                        "of": list(term.of),
                        "group": term.group,
                        "since": term.since.isoformat() if term.since else None,
                        "until": term.until.isoformat() if term.until else None,
                    }
                    for term in vocabulary.entries
                ],
            }
            for name, vocabulary in VOCABULARIES.items()
        },
    }


def as_markdown() -> str:
    """Return the whole rulebook as Markdown, step by step: what is asked, and every rule about it."""
    lines = [f"# The rulebook, version {VERSION}", ""]
    told: set[str] = set()
    sections = [(step.label, step.fields) for step in STEPS]
    sections.append(("Learner counts", tuple(field for field in FIELDS.values() if field.step is None)))
    for title, fields in sections:
        lines += [f"## {title}", ""]
        for field in fields:
            lines += _field_lines(field)
            rules = [rule for rule in _rules_about(field) if rule.id not in told]
            told.update(rule.id for rule in rules)
            lines += _rule_lines(rules)
    lines += ["## Any answer, and activities that are stored already", ""]
    lines += _rule_lines([rule for rule in RULES.values() if rule.id not in told])
    return "\n".join(lines).rstrip() + "\n"


def rule_as_json(rule: Rule) -> dict[str, Any]:
    """Return one rule as plain JSON, the gaps in its words filled with a sample."""
    sample = dict(rule.sample)
    return {
        "id": rule.id,
        "fields": list(rule.fields),
        "stage": rule.stage.value,
        "message": rule.message.format_map(sample),
        "mend": rule.mend.format_map(sample),
        "example": rule.example,
        "since": rule.since.isoformat() if rule.since else None,
        "until": rule.until.isoformat() if rule.until else None,
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "kind": field.kind,
        "step": field.step,
        "help": field.help,
        "multiple": field.multiple,
        "vocabulary": field.vocabulary,
        "max_length": field.max_length,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "multiple_of": field.multiple_of,
        "applies": condition_as_json(field.applies) if field.applies else None,
        "needed": [
            {"for": need.stage.value, "when": condition_as_json(need.when) if need.when else None}
            for need in field.needs
        ],
        "columns": list(field.columns),
        "public": field.public,
        "questions": [{"ask": one.ask, "answer": one.answer} for one in field.questions],
        "item": [_field(part) for part in field.item],
    }


def _rules_about(field: Field) -> list[Rule]:
    """Return the rules whose first field is this one or one of its entries."""
    return [rule for rule in RULES.values() if rule.id.startswith(f"activity.{field.name}.") and rule.fields]


def _field_lines(field: Field) -> list[str]:
    facts = [f"`{field.name}`", field.kind]
    if field.max_length:
        facts.append(f"at most {field.max_length:,} characters")
    if field.minimum and field.maximum:
        facts.append(f"{field.minimum} to {field.maximum}")
    if field.multiple_of:
        facts.append(f"in steps of {field.multiple_of}")
    facts += [
        STAGE_WORDS[need.stage].lower() + (" (if it applies)" if need.when else "") for need in field.needs
    ]
    lines = [f"### {_escaped(field.label)}", "", _escaped(field.help), "", "; ".join(facts), ""]
    if field.vocabulary and not VOCABULARIES[field.vocabulary].open:
        entries = VOCABULARIES[field.vocabulary].entries
        if len(entries) <= 20:
            lines += ["Answers: " + "; ".join(_escaped(term.label) for term in entries) + ".", ""]
    for part in field.item:
        lines.append(f"- {_escaped(part.label)} (`{part.name}`, {part.kind}): {_escaped(part.help)}")
    return [*lines, ""] if field.item else lines


def _rule_lines(rules: list[Rule]) -> list[str]:
    if not rules:
        return []
    lines = ["| Rule | Stage | What is wrong | How to mend it | Example |", "|---|---|---|---|---|"]
    for rule in rules:
        said = rule_as_json(rule)
        cells = (said["message"], said["mend"], said["example"])
        lines.append(
            f"| `{rule.id}` | {STAGE_WORDS[rule.stage]} | " + " | ".join(map(_escaped, cells)) + " |"
        )
    return [*lines, ""]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("#", "\\#")
