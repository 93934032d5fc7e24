"""`openpars template`: what it writes is read by `openpars check`, and what is there already is not overwritten."""

from pathlib import Path

import openpyxl
import pytest

from tests.config.conftest import SiteMaker


@pytest.mark.parametrize("kind", ["activities", "learner-counts"])
def test_a_template_filled_in_passes_the_check(new_site: SiteMaker, tmp_path: Path, kind: str) -> None:
    site, path = new_site(), tmp_path / "template.xlsx"
    done = site.openpars("template", kind, "--as", "xlsx", "-o", str(path))
    assert (done.returncode, done.stdout) == (0, f"The template is in {path}.\n"), done
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    typed: dict[str, str | int] = {
        "Activity ID": 100000012,
        "Activity Title": "Sepsis",
        "Total Physician Learners": 3,
    }
    for cell in list(sheet[1]):
        if value := typed.get(str(cell.value)):
            sheet.cell(2, cell.column or 0, value)
    book.save(path)
    checked = site.openpars("check", str(path))
    assert (checked.returncode, checked.stdout) == (0, "1 rows, 0 findings, 0 of them block.\n"), checked


@pytest.mark.parametrize(
    ("form", "start"), [("tsv", "\ufeffTemplate\tRecord Action\tActivity ID\t"), ("xml", "<?xml version=")]
)
def test_templates_are_text_too(new_site: SiteMaker, tmp_path: Path, form: str, start: str) -> None:
    path = tmp_path / "template"
    done = new_site().openpars("template", "activities", "--as", form, "-o", str(path))
    assert (done.returncode, path.read_text(encoding="utf-8").startswith(start)) == (0, True), done


def test_what_somebody_filled_in_is_not_overwritten(new_site: SiteMaker, tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    path.write_text("filled in")
    done = new_site().openpars("template", "activities", "-o", str(path))
    said = f"Error: {path} is already there and stays as it is. Choose another name.\n"
    assert (done.returncode, done.stderr, path.read_text()) == (1, said, "filled in")
    nowhere = new_site().openpars("template", "activities", "-o", str(tmp_path / "no" / "folder.xlsx"))
    said = f"Error: {tmp_path / 'no' / 'folder.xlsx'} cannot be written: No such file or directory.\n"
    assert (nowhere.returncode, nowhere.stderr) == (1, said)
