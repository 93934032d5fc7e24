import re
from pathlib import Path

import pytest

from openpars.config import settings
from openpars.rulebook import catalogue

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_data_dictionary_is_what_the_rulebook_says() -> None:
    """`openpars rules --as md > docs/data-dictionary.md` writes it anew."""
    assert (ROOT / "docs/data-dictionary.md").read_text() == catalogue.as_markdown().rstrip("\n") + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_tables_of_settings_name_what_is_read() -> None:
    """In docs/running.md and at the head of the settings themselves."""
    code, head = Path(settings.__file__).read_text(), settings.__doc__ or ""
    page = (ROOT / "docs/running.md").read_text()
    read = re.findall(r'"(OPENPARS_[A-Z_]+|DATABASE_URL)"', code)
    assert set(re.findall(r"^\| (\w+) \|", head, re.MULTILINE)) - {"variable"} == set(read)
    # The demo is switched on by `serve --demo`.
    assert {*re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE), "OPENPARS_DEMO"} == set(read)


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs/decisions"
    listed = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text())
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
