"""What holds for every template."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "src/openpars/web/templates"


def test_leaving_a_form_without_sending_it_looks_the_same_everywhere() -> None:
    ways = {
        looks
        for file in TEMPLATES.rglob("*.html")
        for looks in re.findall(r'<a class="([^"]*)"[^>]*>(?:Cancel|Keep it|Keep them)</a>', _plain(file))
    }
    assert ways == {"usa-link"}


def _plain(file: Path) -> str:
    """The template without its tags, whose quotes end no attribute."""
    return re.sub(r"{%.*?%}", "", file.read_text())
