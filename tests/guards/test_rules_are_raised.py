"""No rule is there for show: what the answers alone cannot break is raised by the verbs."""

from pathlib import Path

from openpars import activities
from openpars.rulebook.steps import stored_records

ROOM = Path(activities.__file__).parent


def test_every_rule_about_stored_records_is_raised() -> None:
    sources = [path.read_text() for path in ROOM.rglob("*.py")]
    unraised = [
        rule.id for rule in stored_records.RULES if not any(f'"{rule.id}"' in text for text in sources)
    ]
    assert unraised == []
