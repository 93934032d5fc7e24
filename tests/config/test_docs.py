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


def test_every_setting_is_described() -> None:
    """Whatever the settings read from the environment stands in docs/running.md."""
    read = set(re.findall(r"\b(?:OPENPARS_[A-Z_]+|DATABASE_URL)\b", Path(settings.__file__).read_text()))
    described = set(re.findall(r"`(OPENPARS_[A-Z_]+|DATABASE_URL)`", (ROOT / "docs/running.md").read_text()))
    # The demo's are set by `serve --demo` itself.
    assert read - described == {"OPENPARS_DEMO"}


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs/decisions"
    listed = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text())
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
