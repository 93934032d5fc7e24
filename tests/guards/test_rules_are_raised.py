"""No rule is there for show: what the answers alone cannot break is raised by the code that meets it."""

from pathlib import Path

import openpars
from openpars.rulebook.steps import files, services, stored_records

CODE = Path(openpars.__file__).parent
DECLARED = {CODE / "rulebook" / "steps" / name for name in ("files.py", "services.py", "stored_records.py")}

#: Rules of the field that come with a room which does not exist yet, and that room.
WAITING = {"activity.delete.has_learners": "learners"}


def test_every_rule_that_answers_alone_cannot_break_is_raised() -> None:
    sources = [path.read_text() for path in CODE.rglob("*.py") if path not in DECLARED]
    unraised = {
        rule.id
        for rule in (*stored_records.RULES, *files.RULES, *services.RULES)
        if not any(f'"{rule.id}"' in text for text in sources)
    }
    assert unraised == WAITING.keys()


def test_a_rule_waits_only_for_a_room_that_is_not_there() -> None:
    assert [room for room in WAITING.values() if (CODE / room).exists()] == []
