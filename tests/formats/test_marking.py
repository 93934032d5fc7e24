"""The person's own file comes back with what was found in it, and is otherwise as it was."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell import Cell
from python_calamine import CalamineWorkbook

from openpars.formats import marking
from openpars.formats.checking import check_rows, without_plan
from openpars.formats.marking import ending, mark
from openpars.formats.marking import workbook as marking_workbook
from openpars.formats.marking.work import Work
from openpars.formats.recognise import open_file
from openpars.formats.rows import Column, Kind, Layout, Limits, Unreadable, letters
from openpars.formats.templates import Form, template
from openpars.formats.writers import tab
from openpars.rulebook.findings import Finding, Stage, Where
from openpars.rulebook.rules import finding
from tests.formats.generators.workbooks import Raw, Sheet, broken_inside, of_rows, workbook
from tests.rulebook.examples import TODAY, complete

# What the library that looks at the results has to say about them.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Workbook contains no default style"),
    pytest.mark.filterwarnings("ignore:Unknown extension is not supported"),
]

RED, YELLOW, BLUE = "FFF8C9C4", "FFFFE9A8", "FFD3E3F5"
LAYOUT = Layout("xlsx", sheet="Activities", header_row=1, columns=(Column(0, "Activity Title", "title"),))


def at(
    cell: str, *, rule: str = "activity.title.required", value: str | None = None, column: str = "Title"
) -> Finding:
    row = int(re.sub(r"\D", "", cell))
    place = Where("Activities", row, column, None if cell.isdigit() else cell)
    return replace(finding(rule, path="title", where=place), value=value)


def found_in(path: Path) -> tuple[Layout, list[Finding]]:
    reading = open_file(path)
    rows = without_plan(check_rows(reading, today=TODAY), reading.layout)
    return reading.layout, [*reading.layout.findings, *(found for row in rows for found in row.findings)]


def marked(path: Path, findings: Sequence[Finding], layout: Layout = LAYOUT) -> Path:
    out = path.with_name(f"marked {path.name}")
    mark(path, out, findings, layout)
    return out


def marked_here(path: Path, findings: Sequence[Finding]) -> Path:
    """Mark a workbook without a process of its own."""
    out, spool = path.with_name("marked here.xlsx"), path.with_name("findings")
    spool.write_bytes(b"\n".join(map(msgspec.json.encode, findings)))
    marking_workbook.mark_workbook(Work(str(path), str(out), str(spool), 0, LAYOUT, Limits()))
    return out


def tints(path: Path, sheet: str = "Activities") -> dict[str, str]:
    cells = (cell for row in openpyxl.load_workbook(path)[sheet].iter_rows() for cell in row)
    return {
        cell.coordinate: str(cell.fill.fgColor.rgb)
        for cell in cells
        if cell.fill.fgColor.rgb in (RED, YELLOW, BLUE)
    }


def notes(path: Path, sheet: str = "Activities") -> dict[str, tuple[str, str]]:
    cells = (cell for row in openpyxl.load_workbook(path)[sheet].iter_rows() for cell in row)
    return {cell.coordinate: (cell.comment.author, cell.comment.text) for cell in cells if cell.comment}


def issues(path: Path, sheet: str = "Issues") -> list[tuple[Any, ...]]:
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(min_row=2, values_only=True)
    return [tuple(row) for row in rows]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def own_workbook(path: Path) -> Path:
    """A workbook as an office has it: formats, formulas, a chart, a picture, somebody's note, other sheets."""
    book = xlsxwriter.Workbook(path)
    sheet, other = book.add_worksheet("Activities"), book.add_worksheet("Bob's figures")
    bold = book.add_format({"bold": True, "bg_color": "#00FF00", "border": 1})
    day = book.add_format({"num_format": "d-mmm-yy", "italic": True})
    sheet.write_row(0, 0, ["Activity Title", "Activity Format", "Start Date", "End Date", "Credits"], bold)
    sheet.write_row(1, 0, ["Sepsis", "PI"])
    sheet.write_datetime(1, 2, date(2026, 3, 4), day)
    sheet.write_formula(1, 3, "=C2+1", day, 46086)
    sheet.write_formula(1, 4, "=2*5", None, 10)
    sheet.write_row(2, 0, ["=not a formula", "PI"])
    sheet.set_column(4, 4, 30, bold)
    sheet.set_row(2, 40, day)
    sheet.merge_range("G2:H3", "merged", bold)
    sheet.write_comment("B2", "Ask Bob.", {"author": "Ann"})
    sheet.data_validation("B2:B9", {"validate": "list", "source": ["C", "PI"]})
    sheet.conditional_format("E2:E9", {"type": "data_bar"})
    sheet.autofilter("A1:E3")
    other.write_formula(0, 0, "=Activities!E2", None, 10)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "='Bob''s figures'!$A$1:$A$1"})
    other.insert_chart("C3", chart)
    other.insert_image("J1", "dot.png", {"image_data": io.BytesIO(PIXEL)})
    book.define_name("Total", "=Activities!$E$2")
    book.close()
    return path


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)
TOUCHED = {
    *("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"),
    *("xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"),
}


def looks(cell: Cell) -> tuple[Any, ...]:
    return (
        cell.value,
        cell.number_format,
        cell.font.b,
        cell.font.i,
        cell.border.left.style,
        cell.alignment.wrap_text,
    )


def test_all_but_the_marks_stays_as_it_was(tmp_path: Path) -> None:
    source = own_workbook(tmp_path / "own.xlsx")
    out = marked(source, [at("A2"), at("C2", rule="file.row.hidden"), at("D2"), at("E3"), at("B2"), at("C3")])
    before, after = parts(source), parts(out)
    assert {name for name in before if before[name] != after[name]} == TOUCHED
    assert after.keys() - before.keys() == {"xl/worksheets/sheet3.xml"}
    # In the sheet itself nothing but styles has changed, and cells that were not there.
    plain = re.sub(rb' s="\d+"', b"", before["xl/worksheets/sheet1.xml"])
    plain = re.sub(rb' spans="[^"]*"', b"", plain)
    now = re.sub(rb'<c r="(?:E3|C3)" s="\d+"/>', b"", after["xl/worksheets/sheet1.xml"])
    now = re.sub(rb' spans="[^"]*"', b"", re.sub(rb' s="\d+"', b"", now))
    assert now == plain
    # A cell that is marked looks as before but for its tint, one that was not there as its row or its column does.
    old, new = openpyxl.load_workbook(source)["Activities"], openpyxl.load_workbook(out)["Activities"]
    for name in ("A1", "A2", "B2", "C2", "D2", "E2", "A3", "B3", "G2"):
        assert looks(new[name]) == looks(old[name]), name
    assert [(new[name].font.i, new[name].number_format) for name in ("E3", "C3")] == [(True, "d-mmm-yy")] * 2
    assert tints(out) == {"A2": RED, "B2": RED, "C2": YELLOW, "D2": RED, "E3": RED, "C3": RED}
    read = CalamineWorkbook.from_path(out)
    assert read.get_sheet_by_name("Activities").to_python()[1][3:5] == [date(2026, 3, 5), 10.0]
    assert read.sheet_names == ["Activities", "Bob's figures", "Issues"]


def test_a_mark_says_what_is_wrong_and_how_to_mend_it(tmp_path: Path) -> None:
    source = own_workbook(tmp_path / "own.xlsx")
    first, second = at("A2"), at("A2", rule="file.row.hidden", value="=cmd|'/c calc'!A1")
    later = Finding(
        "activity.x", Stage.CLOSE, "x", None, "Something is missing.", "Enter it.", Where("Activities", 3)
    )
    of_file = Finding("file.y", Stage.CONFIRM, "", None, "All of it.", "Nothing.", None)
    out = marked(source, [at("B2"), first, second, later, of_file])
    assert tints(out) == {"A2": RED, "B2": RED, "A3": BLUE}
    text = (
        f"{first.message}\n{first.mend}\n({first.rule})\n\n{second.message}\n{second.mend}\n({second.rule})"
    )
    assert notes(out) == {
        "A2": ("OpenPARS check", text),
        "A3": ("OpenPARS check", "Something is missing.\nEnter it.\n(activity.x)"),
        "B2": ("Ann", "Ask Bob."),
    }
    wrong = (first.message, first.mend, "Has to be corrected", first.rule)
    confirm = (second.message, second.mend, "A warning you may let stand", second.rule)
    assert issues(out) == [
        ("B2", 2, "Title", None, *wrong),
        ("A2", 2, "Title", None, *wrong),
        ("A2", 2, "Title", "=cmd|'/c calc'!A1", *confirm),
        ("A3", 3, "x", None, "Something is missing.", "Enter it.", "Needed for Closed", "activity.x"),
        (None, None, None, None, "All of it.", "Nothing.", "A warning you may let stand", "file.y"),
    ]
    sheet = openpyxl.load_workbook(out)["Issues"]
    links = {link.ref: link.location for cell in sheet["A"] if (link := cell.hyperlink)}
    assert links == {
        f"A{row}": f"'Activities'!{cell}" for row, cell in enumerate(("B2", "A2", "A2", "A3"), 2)
    }
    with zipfile.ZipFile(out) as archive:
        shapes = archive.read("xl/drawings/vmlDrawing1.vml").decode()
        assert b"<f" not in archive.read("xl/worksheets/sheet3.xml")
    places = re.findall(r"<x:Row>(\d+)</x:Row>\s*<x:Column>(\d+)</x:Column>", shapes)
    assert sorted(places) == [("1", "0"), ("1", "1"), ("2", "0")]
    assert len(set(re.findall(r'<v:shape [^>]*?id="([^"]+)"', shapes))) == 3


VALUES = [
    "=1+1",
    "<script>alert(1)</script>",
    "]]>",
    "_x0041_",
    "a\x00b\x1f\ufffe",
    "x" * 40_000,
    "é\n😀",
    "'=2",
]


def test_no_value_is_more_than_text_in_the_list_of_issues(tmp_path: Path) -> None:
    out = marked(own_workbook(tmp_path / "own.xlsx"), [at("A2", value=value) for value in VALUES])
    shown = [row[3] for row in CalamineWorkbook.from_path(out).get_sheet_by_name("Issues").to_python()[1:]]
    assert shown == [
        *("=1+1", "<script>alert(1)</script>", "]]>", "_x0041_", "a\ufffdb\ufffd\ufffd"),
        *("x" * 2000 + " …", "é\n😀", "'=2"),
    ]


def test_earlier_marks_give_way_to_new_ones(tmp_path: Path) -> None:
    source = own_workbook(tmp_path / "own.xlsx")
    first = marked(source, [at("A2"), at("B3"), at("E1")])
    again = marked(first, [at("B3", rule="file.row.hidden"), at("D3")])
    assert (tints(again), set(notes(again))) == ({"B3": YELLOW, "D3": RED}, {"B2", "B3", "D3"})
    assert [row[0] for row in issues(again)] == ["B3", "D3"]
    clean = marked(again, [])
    assert (tints(clean), notes(clean), issues(clean)) == ({}, {"B2": ("Ann", "Ask Bob.")}, [])
    assert openpyxl.load_workbook(clean).sheetnames == ["Activities", "Bob's figures", "Issues"]
    shapes = parts(clean)["xl/drawings/vmlDrawing1.vml"]
    assert shapes.count(b"<v:shape ") == 1


def test_a_sheet_of_their_own_named_issues_stays(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    path.write_bytes(workbook({"Issues": Sheet([["mine"]]), "Activities": Sheet([["Title"], ["x"]])}))
    out = marked(marked(path, [at("A2")]), [at("A2"), at("B2")])
    assert openpyxl.load_workbook(out).sheetnames == ["Issues", "Activities", "Issues (OpenPARS 1)"]
    assert openpyxl.load_workbook(out)["Issues"]["A1"].value == "mine"
    assert [row[0] for row in issues(out, "Issues (OpenPARS 1)")] == ["A2", "B2"]


@pytest.mark.parametrize(
    "sheet",
    [
        Sheet([["Title", "Format"], ["Sepsis", None, "x"]]),
        Sheet([["Title", "Format"], ["Sepsis", None, "x"]], prefix="x"),
        Sheet([["Title", "Format"], ["Sepsis", None, "x"]], quote="'"),
        Sheet([["Title", "Format"], ["Sepsis", None, "x"]], attributes={2: 'spans="1:3" hidden="1"'}),
        Sheet(
            data='<row><c t="inlineStr"><is><t>Title</t></is></c><c t="inlineStr"><is><t>Format</t></is></c></row>'
            '<row><c t="inlineStr"><is><t>Sepsis</t></is></c><c/><c t="inlineStr"><is><t>x</t></is></c></row>'
        ),
        Sheet([["Title", "Format"], ["Sepsis", Raw("<f>A1</f><v>0</v>"), "x"]]),
    ],
)
def test_worksheets_are_marked_however_they_are_written(tmp_path: Path, sheet: Sheet) -> None:
    path = tmp_path / "own.xlsx"
    path.write_bytes(workbook({"Activities": sheet}))
    before = CalamineWorkbook.from_path(path).get_sheet_by_name("Activities").to_python()
    out = marked(path, [at("A1"), at("B2"), at("C2"), at("F2"), at("B9")])
    assert tints(out) == {"A1": RED, "B2": RED, "C2": RED, "F2": RED}
    assert set(notes(out)) >= {"A1", "B2", "C2", "F2"}
    after = CalamineWorkbook.from_path(out).get_sheet_by_name("Activities").to_python()
    assert [row[: len(before[0])] for row in after] == before
    assert (tints(marked(out, [])), len(issues(out))) == ({}, 5)


def without_styles(given: dict[str, bytes]) -> dict[str, bytes]:
    changed = {
        name: re.sub(rb"<(Relationship|Override) [^>]*styles[^>]*>", b"", data)
        for name, data in given.items()
    }
    del changed["xl/styles.xml"]
    sheet = changed["xl/worksheets/sheet1.xml"]
    return changed | {"xl/worksheets/sheet1.xml": re.sub(rb' s="\d+"', b"", sheet)}


def with_extensions_and_no_notes(given: dict[str, bytes]) -> dict[str, bytes]:
    sheet = re.sub(rb"<legacyDrawing[^>]*/>", b"", given["xl/worksheets/sheet1.xml"])
    sheet = sheet.replace(b"</worksheet>", b'<extLst><ext uri="{x}"/></extLst></worksheet>')
    return given | {"xl/worksheets/sheet1.xml": sheet}


def with_comments_in_styles(given: dict[str, bytes]) -> dict[str, bytes]:
    styles = (
        given["xl/styles.xml"]
        .replace(b"<fill>", b"<!-- a fill --><fill>")
        .replace(b"<xf ", b"<!-- xf --><xf ")
    )
    return given | {"xl/styles.xml": styles}


@pytest.mark.parametrize("change", [without_styles, with_extensions_and_no_notes, with_comments_in_styles])
def test_workbooks_are_marked_whatever_else_they_hold(
    tmp_path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]
) -> None:
    path = tmp_path / "own.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in change(parts(own_workbook(tmp_path / "before.xlsx"))).items():
            archive.writestr(name, data)
    out = marked(path, [at("A2"), at("F2"), at("A3", rule="file.row.hidden")])
    assert (tints(out), set(notes(out))) == ({"A2": RED, "F2": RED, "A3": YELLOW}, {"A2", "B2", "F2", "A3"})
    tail = parts(out)["xl/worksheets/sheet1.xml"].rpartition(b"<pageMargins")[2]
    order = [name for name in re.findall(rb"<(\w+)", tail) if name != b"ext"]
    assert order in ([b"legacyDrawing"], [b"legacyDrawing", b"extLst"])


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.lists(st.text("ab<&=\n é", max_size=4), min_size=1, max_size=5), min_size=2, max_size=6),
    places=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), max_size=8),
)
def test_no_cell_loses_its_value(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], places: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.xlsx"
    path.write_bytes(workbook({"Activities": Sheet(rows)}))
    out = marked_here(path, [at(f"{letters(column)}{row}") for row, column in places])
    assert values(out) == values(path)
    expected = {f"{letters(column)}{row}" for row, column in places if row <= len(rows)}
    assert tints(out).keys() == expected


def values(path: Path) -> dict[str, Any]:
    cells = (cell for row in openpyxl.load_workbook(path)["Activities"].iter_rows() for cell in row)
    return {cell.coordinate: cell.value for cell in cells if cell.value is not None}


MENDS: dict[str, Any] = {
    "Record Action": None,
    "Activity Title": "Sepsis",
    "Activity Format": "Performance/Quality Improvement",
    "Start Date": date(2026, 3, 4),
    "End Date": "3/5/2026",
    "AMA PRA Category 1 Credits": 1.5,
    "Include in CME Passport": "No",
    "Description": "Short.",
    "Providership": "Direct",
    "Outcome: Learner Knowledge": "Objective",
    "Commercial Support Received?": "No",
    "Support 1 Kind": None,
    "Support 1 Amount": None,
    "Support 1 Source": None,
    "Total Physician Learners": 1,
    "Total Other Learners": 2,
    "Country": None,
    "Delivery Method": "Live-Streamed",
    "Internal ID": "B-2",
}


def test_a_broken_template_is_mended_by_its_marks_alone(tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    with path.open("wb") as stream:
        template(Kind.ACTIVITIES, Form.XLSX, stream)
    book = openpyxl.load_workbook(path)
    fill(
        book["Activities"],
        {
            "Record Action": "Change",
            "Activity Title": "x" * 501,
            "Start Date": "13/45/2026",
            "Country": "Narnia",
        },
        {
            "Internal ID": "A-1",
            "Activity Title": "ok",
            "Start Date": date(2026, 1, 5),
            "End Date": "1/1/2026",
        },
        {"Internal ID": "A-1", "Activity Format": "Live", "Support 1 Amount": -3, "Support 1 Kind": "gold"},
    )
    book.save(path)
    for _ in range(5):
        layout, findings = found_in(path)
        if not findings:
            break
        path = marked(path, findings, layout)
        book = openpyxl.load_workbook(path)
        sheet = book["Activities"]
        assert {cell for cell, *_ in issues(path)} == set(tints(path)) == set(notes(path)) - HEADINGS
        for cell, _, column, *_ in issues(path):
            sheet[cell].value = MENDS[column]
        book.save(path)
    assert (found_in(path)[1], tints(marked(path, [], layout))) == ([], {})


HEADINGS = {f"{letters(index)}1" for index in range(200)}


def fill(sheet: Any, *rows: dict[str, Any]) -> None:
    places = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, 2):
        for heading, value in row.items():
            sheet.cell(number, places[heading], value)


def test_more_than_can_be_marked_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is needed later only leaves room for what has to be corrected."""
    monkeypatch.setattr(marking, "MOST_LISTED", 3)
    monkeypatch.setattr(marking, "MOST_LATER", 1)
    later = [replace(at(f"D{row}"), stage=Stage.CLOSE) for row in (2, 3)]
    out = marked(own_workbook(tmp_path / "own.xlsx"), [*later, at("A2"), at("A3"), at("B3"), at("C3")])
    told = "3 more findings are not listed. Correct these and send the file again."
    assert (set(tints(out)), issues(out)[-1]) == (
        {"D2", "A2", "A3"},
        (None, None, None, None, told, None, None, None),
    )


def test_only_so_many_cells_get_a_note_but_all_a_tint_and_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking_workbook, "MOST_NOTES", 2)
    out = marked_here(own_workbook(tmp_path / "own.xlsx"), [at(cell) for cell in ("A2", "A3", "B3", "A2")])
    first = at("A2")
    said = f"{first.message}\n{first.mend}\n({first.rule})"
    ours = {cell: text for cell, (author, text) in notes(out).items() if author == "OpenPARS check"}
    assert ours == {"A2": f"{said}\n\n{said}", "A3": said}
    assert (set(tints(out)), len(issues(out))) == ({"A2", "A3", "B3"}, 4)


def test_what_cannot_be_taken_to_pieces_leaves_no_trace(tmp_path: Path) -> None:
    source, out = tmp_path / "own.xlsx", tmp_path / "out.xlsx"
    out.write_text("as it was")
    source.write_bytes(of_rows(("Title", "Format"), *[["x" * 100] * 50] * 3000))
    assert refusal(source, out, memory=40 * 1024**2) == "file.too_much"
    assert refusal(source, out, seconds=0) == "file.too_much"
    assert refusal(source, out, unpacked=1000) == "file.too_much"
    source.write_bytes(broken_inside(source.read_bytes()))
    assert refusal(source, out) == "file.damaged"
    assert (out.read_text(), sorted(path.name for path in tmp_path.iterdir())) == (
        "as it was",
        ["out.xlsx", "own.xlsx"],
    )


def refusal(source: Path, out: Path, **limits: int) -> str:
    with pytest.raises(Unreadable) as refused:
        mark(source, out, [at("A2")], LAYOUT, limits=Limits(**limits))
    return refused.value.finding.rule


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_text(content, encoding=encoding, newline="")
    return path


TEXT = Layout("tab", header_row=1, columns=(Column(0, "Title", "title"), Column(1, "City", "city")))


def in_row(row: int, message: str = "Wrong.", value: str | None = None) -> Finding:
    return Finding(
        "activity.x", Stage.VALID, "title", value, message, "Mend it.", Where(row=row, column="Title")
    )


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_text_gets_a_last_column(tmp_path: Path, delimiter: str) -> None:
    lines = ["Title|City", '"=a ""b"""|', "", "x|y|more", "z", "“é”|y|||"]
    path = text(tmp_path / "list.txt", "\n".join(lines).replace("|", delimiter))
    out = marked(path, [in_row(1, "Odd."), in_row(2), in_row(2, "=Bad\n"), in_row(5)], TEXT)
    said = "Title: Wrong. Mend it. (activity.x)"
    first = f"Title: Odd. Mend it. (activity.x) / {said} / Title: =Bad Mend it. (activity.x)"
    expected = ["Title|City|Issues", f'"=a ""b"""||{first}', "", "x|y|more|", f"z||{said}", "“é”|y||||"]
    assert out.read_text(encoding="utf-8").splitlines() == [line.replace("|", delimiter) for line in expected]
    again = marked(out, [in_row(5, "=cmd")], TEXT)
    expected = ["Title|City|Issues", '"=a ""b"""||', "", "x|y|more|", "z||Title: =cmd Mend it. (activity.x)"]
    assert again.read_text(encoding="utf-8").splitlines()[:5] == [
        line.replace("|", delimiter) for line in expected
    ]


def test_what_is_said_of_a_row_never_begins_a_formula(tmp_path: Path) -> None:
    path = text(tmp_path / "list.txt", "Title\tCity\r\nx\ty\r\n")
    found = Finding("activity.x", Stage.VALID, "", None, "=cmd", "Mend it.", Where(row=2))
    out = marked(path, [found], TEXT)
    assert out.read_text().splitlines()[1] == "x\ty\t'=cmd Mend it. (activity.x)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_keeps_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = text(tmp_path / "list.txt", "Title\tCity\r\nSepsis für alle\tKöln\r\n" * 20, encoding)
    out = marked(path, [in_row(2, "“漢”")], TEXT)
    assert out.read_bytes()[:2] == path.read_bytes()[:2]
    rows = out.read_text(encoding=encoding).splitlines()
    kanji = "?" if encoding == "cp1252" else "漢"
    assert rows[1] == f"Sepsis für alle\tKöln\tTitle: “{kanji}” Mend it. (activity.x)"


def test_marked_text_is_read_as_before(tmp_path: Path) -> None:
    """With headings or without: then it gets some, so that the new column is known for what it is."""
    record = {"activity_id": 100000012, **complete(), "support": [{"kind": "gold"}]}
    stream = io.BytesIO()
    tab.write(stream, [record, {**record, "activity_id": 100000013, "title": "=x"}])
    whole = stream.getvalue().decode("utf-8-sig")
    for content in (whole, whole.partition("\r\n")[2]):
        path = text(tmp_path / "list.txt", content)
        layout, findings = found_in(path)
        out = marked(path, findings, layout)
        assert [row.answers for row in open_file(out).rows] == [row.answers for row in open_file(path).rows]
        assert [(one.rule, one.path) for one in found_in(out)[1]] == [
            (one.rule, one.path) for one in findings
        ]
        assert findings != []
        assert out.read_text().splitlines()[0].endswith("\tIssues")


@pytest.mark.parametrize("name", ["xml", "json", "dialect-json", "legacy-d"])
def test_of_other_files_there_is_a_list(tmp_path: Path, name: str) -> None:
    path = text(tmp_path / "list", "whatever")
    found = Finding("activity.x", Stage.CONFIRM, "title", "=1", "+Wrong.", "Mend it.", Where(row=3))
    out = marked(path, [found], Layout(name))
    assert out.read_text(encoding="utf-8-sig").splitlines() == [
        "Cell\tRow\tColumn\tValue\tWhat is wrong\tHow to mend it\tHow serious\tRule",
        "\t3\ttitle\t'=1\t'+Wrong.\tMend it.\tA warning you may let stand\tactivity.x",
    ]
    assert (ending(Layout(name)), ending(TEXT), ending(LAYOUT)) == ("txt", "txt", "xlsx")
