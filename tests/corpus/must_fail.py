"""Files that must fail: each is refused as a whole, or some of its rows are, and this is what is told of it."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from openpars.formats.rows import Limits
from tests.formats.generators import workbooks
from tests.formats.generators.workbooks import Raw, Sheet, workbook

from . import bad_answers
from .generators import hostile, legacy, mems
from .generators.lists import GOOD, delimited, sheet_of, tab, table, xlsx
from .telling import Found

USUAL: Final = Limits()


@dataclass(frozen=True)
class File:
    """A file: what makes it, what is told of it, and how much of it is read."""

    make: Callable[[], bytes | str]
    told: tuple[Found, ...]
    limits: Limits = USUAL

    @property
    def content(self) -> bytes:
        made = self.make()
        return made.encode() if isinstance(made, str) else made


def _refused(make: Callable[[], bytes | str], rule: str, limits: Limits = USUAL) -> File:
    """Return a file that cannot be read at all."""
    return File(make, (Found(rule),), limits)


def _rows(make: Callable[[], bytes | str], *told: tuple[str, str, str | None]) -> File:
    """Return a file that is read, some of its rows being wrong."""
    return File(make, tuple(Found(*one) for one in told))


_FEW: Final = Limits(rows=10)
_SMALL: Final = Limits(size=1000)
_TIGHT: Final = Limits(unpacked=1024**2)
_MEMORY: Final = Limits(memory=300 * 1024**2)

NOT_A_LIST: Final[dict[str, File]] = {
    "nothing.xlsx": _refused(bytes, "file.empty"),
    "nothing.txt": _refused(bytes, "file.empty"),
    "blanks.txt": _refused(lambda: b" \t\r\n" * 10, "file.empty"),
    "picture.xlsx": _refused(workbooks.png, "file.not_recognised"),
    "document.xlsx": _refused(lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "file.not_recognised"),
    "letter.txt": _refused(lambda: r"{\rtf1\ansi Dear colleague}", "file.not_recognised"),
    "page.xls": _refused(
        lambda: "<!DOCTYPE html><html><table><tr><td>Title</td></tr></table></html>", "file.not_recognised"
    ),
    "table.xls": _refused(
        lambda: "<html><table><tr><td>Title</td></tr></table></html>", "file.not_recognised"
    ),
    "excel-2003.xml": _refused(
        lambda: '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        "file.not_recognised",
    ),
    "letters.docx": _refused(lambda: hostile.archive({"word/document.xml": b"<w/>"}), "file.not_recognised"),
    "many-files.zip": _refused(lambda: hostile.archive({"list.csv": tab({})}), "file.not_recognised"),
    "bytes.txt": _refused(lambda: random.Random(1).randbytes(5000), "file.not_recognised"),
    "old.xls": _refused(lambda: workbooks.compound_file("Workbook"), "file.old_excel"),
    "very-old.xls": _refused(lambda: workbooks.compound_file("Book"), "file.old_excel"),
    "old-but-named.xlsx": _refused(
        lambda: workbooks.compound_file("Root Entry", "Workbook"), "file.old_excel"
    ),
    "password.xlsx": _refused(
        lambda: workbooks.compound_file("EncryptionInfo", "EncryptedPackage"), "file.password_protected"
    ),
    "locked-archive.xlsx": _refused(lambda: hostile.locked(xlsx({})), "file.password_protected"),
    "letter.doc": _refused(lambda: workbooks.compound_file("WordDocument"), "file.not_recognised"),
    "only-headings.xlsx": _refused(lambda: sheet_of(table({})[:1]), "file.no_rows"),
    "only-headings.txt": _refused(lambda: delimited(table({})[:1]), "file.no_rows"),
    "only-headings.csv": _refused(lambda: delimited(table({})[:1], delimiter=","), "file.no_rows"),
    "headings-and-blank-rows.xlsx": _refused(
        lambda: sheet_of([*table({})[:1], [""], [Raw("", 's="1"')]]), "file.no_rows"
    ),
    "no-headings.xlsx": _refused(lambda: sheet_of(table({})[1:]), "file.no_header"),
    "no-headings.csv": _refused(lambda: delimited(table({})[1:], delimiter=","), "file.no_header"),
    "prose.txt": _refused(lambda: "Dear colleague,\nplease find attached.\n", "file.no_header"),
    "one-number.json": _refused(lambda: "42", "file.no_header"),
    "no-sheets.xlsx": _refused(lambda: workbook({}), "file.no_header"),
    "empty-sheet.xlsx": _refused(lambda: sheet_of([]), "file.no_header"),
    "only-hidden-sheets.xlsx": _refused(
        lambda: workbook({"Activities": Sheet(table({}), state="hidden")}), "file.no_header"
    ),
    "only-our-issues.xlsx": _refused(lambda: sheet_of(table({}), name="Issues"), "file.no_header"),
    "headings-too-far-down.xlsx": _refused(
        lambda: sheet_of([*([["A title"]] * 60), *table({})]), "file.no_header"
    ),
}

TOO_MUCH: Final[dict[str, File]] = {
    "first-and-last-cell.xlsx": _refused(workbooks.two_corners, "file.too_many_columns"),
    "far-corner.xlsx": _refused(workbooks.far_corner, "file.too_much"),
    "zip-bomb.xlsx": _refused(lambda: workbooks.bomb(2 * 1024**2), "file.too_much", _TIGHT),
    "zip-bomb-that-lies.xlsx": _refused(lambda: workbooks.lying_bomb(50_000), "file.damaged"),
    "bomb-of-strings.xlsx": _refused(lambda: hostile.string_bomb(300 * 1024**2), "file.too_much", _MEMORY),
    "bomb-of-empty-rows.xlsx": _refused(lambda: hostile.rows_bomb(2_000_000), "file.too_much"),
    "bomb-in-one-row.xlsx": _refused(lambda: hostile.row_bomb(70 * 1024**2), "file.too_much"),
    "eleven-thousand-parts.xlsx": _refused(
        lambda: hostile.archive({"xl/workbook.xml": b""} | {f"xl/{n}": b"" for n in range(11_000)}),
        "file.too_much",
    ),
    "sixteen-thousand-columns.xlsx": _refused(
        lambda: sheet_of([[f"Column {n}" for n in range(16_384)], ["1"] * 16_384]), "file.too_many_columns"
    ),
    "sixteen-thousand-columns.csv": _refused(
        lambda: delimited([[f"Column {n}" for n in range(16_384)], ["1"] * 16_384], delimiter=","),
        "file.too_many_columns",
    ),
    "larger-than-is-read.txt": _refused(lambda: tab(*[{}] * 20), "file.too_large", _SMALL),
    "one-endless-line.txt": _refused(
        lambda: delimited(table({})) + "x" * 5_000_000, "file.damaged", Limits(size=10 * 1024**2)
    ),
    "seventy-rows.xlsx": _refused(lambda: xlsx(*[{}] * 70), "file.too_many_rows", _FEW),
    "eleven-rows.txt": _refused(lambda: tab(*[{}] * 11), "file.too_many_rows", _FEW),
    "eleven-activities.xml": _refused(lambda: mems.xml(*[mems.activity()] * 11), "file.too_many_rows", _FEW),
    "eleven-activities.json": _refused(lambda: mems.dialect(*[mems.twin()] * 11), "file.too_many_rows", _FEW),
}

DAMAGED: Final[dict[str, File]] = {
    "cut-off.xlsx": _refused(lambda: workbooks.cut_off(xlsx({})), "file.damaged"),
    "overwritten.xlsx": _refused(lambda: workbooks.broken_inside(xlsx({})), "file.damaged"),
    "sheet-missing.xlsx": _refused(
        lambda: hostile.without(xlsx({}), "xl/worksheets/sheet1.xml"), "file.damaged"
    ),
    "not-xml-inside.xlsx": _refused(
        lambda: hostile.with_part(xlsx({}), "xl/workbook.xml", b"Workbook"), "file.damaged"
    ),
    "entities-inside.xlsx": _refused(
        lambda: hostile.with_part(xlsx({}), "xl/workbook.xml", hostile.LAUGHS.encode()), "file.damaged"
    ),
    "cut-off.xml": _refused(lambda: mems.xml(mems.activity())[:900], "file.not_xml"),
    "cut-off.json": _refused(lambda: mems.dialect(mems.twin())[:300], "file.not_json"),
    "cut-off-utf-16.txt": _refused(lambda: delimited(table({})).encode("utf-16")[:-1], "file.encoding"),
    "cut-off-in-a-letter.txt": _refused(
        lambda: hostile.up_to(tab({"Description": "Zürich, café"}), b"caf\xc3"), "file.encoding"
    ),
    "cut-off-in-a-row.txt": _rows(
        lambda: hostile.up_to(tab({}, {}), b"A-2\tCommittee on Sepsis\tCommittee Learning\t3/4/2026\t"),
        ("activity.end_date.required", "E3 End Date", None),
        ("activity.credits.required", "F3 AMA PRA Category 1 Credits", None),
        ("activity.on_passport.required", "G3 Include in CME Passport", None),
        ("activity.description.required", "H3 Description", None),
        ("activity.providership.required", "I3 Providership", None),
        ("activity.outcomes.required", "J3 Outcome: Learner Knowledge", None),
        ("activity.support_received.required", "K3 Commercial Support Received?", None),
        ("activity.physicians.required", "L3 Total Physician Learners", None),
        ("activity.other_learners.required", "M3 Total Other Learners", None),
    ),
    "neither-utf-8-nor-windows.txt": _refused(
        lambda: tab({"Description": "caf"}).replace(b"caf", b"caf\x81\x8d"), "file.encoding"
    ),
}

XML: Final[dict[str, File]] = {
    "billion-laughs.xml": _refused(lambda: hostile.LAUGHS, "file.doctype"),
    "quadratic-blow-up.xml": _refused(lambda: hostile.QUADRATIC, "file.doctype"),
    "external-entity.xml": _refused(lambda: hostile.EXTERNAL, "file.doctype"),
    "parameter-entity.xml": _refused(lambda: hostile.PARAMETER, "file.doctype"),
    "any-doctype.xml": _refused(
        lambda: mems.xml(mems.activity(), head="<!DOCTYPE ACCMEActivities>"), "file.doctype"
    ),
    "doctype-of-many-lines.xml": _refused(
        lambda: mems.xml(
            mems.activity(),
            head="<!DOCTYPE ACCMEActivities [\n" + "<!ELEMENT title (#PCDATA)>\n" * 20_000 + "]>",
        ),
        "file.doctype",
    ),
    "doctype-elsewhere.xml": _refused(
        lambda: mems.xml(
            mems.activity(), head='<!DOCTYPE ACCMEActivities SYSTEM "http://test.example/x.dtd">'
        ),
        "file.doctype",
    ),
    "doctype-utf-16.xml": _refused(
        lambda: hostile.LAUGHS.replace("UTF-8", "UTF-16").encode("utf-16"), "file.doctype"
    ),
    "doctype-behind-a-comment.xml": _refused(
        lambda: mems.xml(mems.activity(), head=f"<!--{'x' * 100_000}--><!DOCTYPE a>"), "file.doctype"
    ),
    "unknown-entity.xml": _refused(
        lambda: mems.xml(mems.activity(("Sepsis", "Sepsis&nbsp;"))), "file.not_xml"
    ),
    "bare-ampersand.xml": _refused(lambda: mems.xml(mems.activity(("Sepsis", "A & B"))), "file.not_xml"),
    "crossed-elements.xml": _refused(
        lambda: mems.xml(mems.activity(("</lom:string></lom:title>", "</lom:title></lom:string>"))),
        "file.not_xml",
    ),
    "nul.xml": _refused(lambda: mems.xml(mems.activity(("Sepsis", "Sep\0sis"))), "file.not_xml"),
    "nul-as-a-number.xml": _refused(
        lambda: mems.xml(mems.activity(("Sepsis", "Sep&#0;sis"))), "file.not_xml"
    ),
    "attribute-twice.xml": _refused(
        lambda: mems.xml(mems.activity(("<ReportDescription>", '<ReportDescription a="1" a="2">'))),
        "file.not_xml",
    ),
    "wrong-encoding.xml": _refused(
        lambda: mems.xml(mems.activity(("Sepsis", "Zürich"))).encode("cp1252"), "file.not_xml"
    ),
    "two-roots.xml": _refused(lambda: mems.xml(mems.activity()) + "<more/>", "file.not_xml"),
    "deep.xml": _refused(
        lambda: mems.xml(f"<MedicalEducationMetrics>{'<a>' * 5000}{'</a>' * 5000}</MedicalEducationMetrics>"),
        "file.not_xml",
    ),
    "one-long-text.xml": _refused(
        lambda: mems.xml(mems.activity(("Sepsis", "x" * 11_000_000))), "file.not_xml"
    ),
    "no-activity.xml": _refused(mems.xml, "file.no_activities"),
    "another-kind.xml": _refused(lambda: "<rss><channel/></rss>", "file.no_activities"),
    "name-misspelled.xml": _refused(
        lambda: mems.xml(mems.activity()).replace("MedicalEducationMetrics", "MedicalEducationMetric"),
        "file.no_activities",
    ),
    "a-picture-inside.xml": _rows(
        lambda: mems.xml(mems.activity(("<XtensibleInfo>", f"<XtensibleInfo><Logo>{'x' * 100_001}</Logo>"))),
        ("file.element.unknown", "row 1", "Logo"),
        ("file.kept.too_much", "row 1", None),
    ),
}

JSON: Final[dict[str, File]] = {
    "not-a-number.json": _refused(lambda: '[{"credits": NaN}]', "file.not_json"),
    "infinity.json": _refused(lambda: '[{"credits": -Infinity}]', "file.not_json"),
    "name-twice.json": _refused(lambda: '[{"title": "One", "title": "Two"}]', "file.not_json"),
    "name-twice-outside.json": _refused(lambda: '{"a": 1, "a": 2, "activities": []}', "file.not_json"),
    "comma-too-many.json": _refused(lambda: '[{"title": "One"},]', "file.not_json"),
    "comma-missing.json": _refused(lambda: '[{"title": "One"} {"title": "Two"}]', "file.not_json"),
    "single-quotes.json": _refused(lambda: "[{'title': 'One'}]", "file.not_json"),
    "comment.json": _refused(lambda: '[/* all */ {"title": "One"}]', "file.not_json"),
    "line-break-in-a-text.json": _refused(lambda: '[{"title": "One\nTwo"}]', "file.not_json"),
    "something-behind.json": _refused(lambda: '[{"title": "One"}] and more', "file.not_json"),
    "numbers.json": _refused(lambda: "[1, 2, 3]", "file.not_json"),
    "deep.json": _refused(lambda: '[{"a": ' + "[" * 200_000 + "]" * 200_000 + "}]", "file.not_json"),
    "deep-outside.json": _refused(lambda: "[" * 200_000, "file.not_json"),
    "long-number.json": _refused(lambda: f'[{{"credits": {"9" * 10_000}}}]', "file.not_json"),
    "one-long-activity.json": _refused(lambda: json.dumps([{"title": "x" * 17_000_000}]), "file.not_json"),
    "no-activity.json": _refused(lambda: "[]", "file.no_activities"),
    "empty-object.json": _refused(lambda: "{}", "file.no_activities"),
    "no-activity-in-the-twin.json": _refused(mems.dialect, "file.no_activities"),
    "nul.json": _rows(
        lambda: json.dumps([plain(title="Sep\0sis")]),
        ("activity.text.control_characters", "row 1", "Sep␀sis"),
    ),
    "half-a-letter.json": _rows(
        lambda: json.dumps([plain(title="Sep\ud800sis")]),
        ("activity.text.control_characters", "row 1", "Sep�sis"),
    ),
}


def plain(**over: object) -> dict[str, object]:
    """Return one good activity in the plain JSON, with some answers put in."""
    answers = {
        "internal_id": "A-1",
        "title": "Committee on Sepsis",
        "format": "CML",
        "start_date": "2026-03-04",
        "end_date": "2026-03-05",
        "credits": "2",
        "on_passport": False,
        "description": "What the committee learned.",
        "providership": "Direct",
        "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": ["Objective"]}],
        "support_received": False,
        "physicians": 12,
        "other_learners": 0,
    }
    return {**answers, **over}


ROWS: Final[dict[str, File]] = {
    "every-bad-answer.xlsx": File(bad_answers.as_workbook, bad_answers.told_in_table("Activities!")),
    "every-bad-answer.txt": File(bad_answers.as_text, bad_answers.told_in_table()),
    "every-bad-answer.xml": File(bad_answers.as_xml, bad_answers.told_in_list(bad_answers.ALWAYS_LISTED)),
    "every-bad-answer.json": File(bad_answers.as_json, bad_answers.told_in_list()),
    "nul-in-a-cell.txt": _rows(
        lambda: tab({"Activity Title": "Sep\0sis"}),
        ("activity.text.control_characters", "B2 Activity Title", "Sep␀sis"),
    ),
    "same-internal-id.xlsx": _rows(
        lambda: xlsx({}, {"Internal ID": "A-1"}),
        ("activity.repeated_in_file", "Activities!A3 Internal ID", "A-1"),
    ),
    "same-internal-id.txt": _rows(
        lambda: tab({}, {}, {"Internal ID": "A-1"}),
        ("activity.repeated_in_file", "A4 Internal ID", "A-1"),
    ),
    "same-activity-id.csv": _rows(
        lambda: tab({"Activity ID": "100000001"}, {"Activity ID": "100000001"}, delimiter=","),
        ("activity.repeated_in_file", "N3 Activity ID", "100000001"),
    ),
    "same-internal-id.xml": _rows(
        lambda: mems.xml(mems.activity(), mems.activity()), ("activity.repeated_in_file", "row 2", "A-1")
    ),
    "no-internal-id.txt": _rows(
        lambda: tab({"Internal ID": ""}), ("activity.internal_id.needed", "A2 Internal ID", None)
    ),
    "two-titles.xlsx": _rows(
        lambda: xlsx({"Title": "Committee on Sepsis"}),
        ("file.column.repeated", "Activities!N1 Title", "Title"),
    ),
    "two-titles.csv": _rows(
        lambda: tab({"Title": "Committee on Sepsis"}, delimiter=";"),
        ("file.column.repeated", "N1 Title", "Title"),
    ),
    "unknown-action.xlsx": _rows(
        lambda: xlsx({"Record Action": "Change"}),
        ("activity.action.unknown", "Activities!N2 Record Action", "Change"),
    ),
    "unknown-action.xml": _rows(
        lambda: mems.xml(
            mems.activity(
                ("<XtensibleInfo>", "<XtensibleInfo><activityRecordAction>Put</activityRecordAction>")
            )
        ),
        ("activity.action.unknown", "row 1", "Put"),
    ),
    "close-later.txt": _rows(
        lambda: tab({"Close Activity": "later"}),
        ("activity.close.not_yes_no", "N2 Close Activity", "later"),
    ),
    "not-an-activity-id.txt": _rows(
        lambda: tab({"ACCME Activity ID": "SEPSIS-26"}),
        ("activity.activity_id.not_an_id", "N2 ACCME Activity ID", "SEPSIS-26"),
    ),
    "update-of-nothing.xlsx": _rows(
        lambda: xlsx({"Internal ID": "", "Action": "Update"}),
        ("activity.update.unnamed", "Activities!row 2", None),
    ),
    "delete-of-nothing.json": _rows(
        lambda: '{"action": "Delete", "title": "Sepsis"}', ("activity.update.unnamed", "row 1", None)
    ),
    "a-tab-in-a-text.txt": _rows(
        lambda: delimited(table({})) + "\t".join([*GOOD.values(), "one too many"]) + "\r\n",
        ("file.row.columns", "row 3", None),
    ),
    "never-calculated.xlsx": _rows(
        lambda: xlsx({"AMA PRA Category 1 Credits": Raw("<f>A2*2</f>")}),
        ("file.cell.not_calculated", "Activities!F2 AMA PRA Category 1 Credits", None),
    ),
    "left-to-be-calculated.xlsx": _rows(
        lambda: workbook(
            {"Activities": Sheet(table({"AMA PRA Category 1 Credits": Raw("<f>A2*2</f><v>0</v>")}))},
            calculation='fullCalcOnLoad="1"',
        ),
        ("file.cell.not_calculated", "Activities!F2 AMA PRA Category 1 Credits", None),
    ),
    "formula-that-runs-a-program.xlsx": _rows(
        lambda: xlsx({"Activity Title": Raw("<f>cmd|'/c calc'!A1</f>", 't="str"')}),
        ("file.cell.not_calculated", "Activities!B2 Activity Title", None),
    ),
    "errors-in-cells.xlsx": _rows(
        lambda: xlsx(
            {"Description": Raw("<v>#REF!</v>", 't="e"')},
            {"Start Date": Raw("<f>1/0</f><v>#DIV/0!</v>", 't="e"')},
        ),
        ("file.cell.error", "Activities!H2 Description", "#REF!"),
        ("file.cell.error", "Activities!D3 Start Date", "#DIV/0!"),
    ),
    "day-before-month.csv": _rows(
        lambda: tab({"Start Date": "31/12/2025"}, delimiter=","),
        ("activity.date.no_such_day", "D2 Start Date", "31/12/2025"),
    ),
    "points-in-a-date.csv": _rows(
        lambda: tab({"Start Date": "4.3.2026"}, delimiter=";"),
        ("activity.date.not_a_date", "D2 Start Date", "4.3.2026"),
    ),
    "a-date-as-credits.xlsx": _rows(
        lambda: xlsx({"AMA PRA Category 1 Credits": bad_answers.A_DAY}),
        ("activity.credits.not_a_number", "Activities!F2 AMA PRA Category 1 Credits", "3/4/2026"),
    ),
    "decimal-comma.csv": _rows(
        lambda: tab({"AMA PRA Category 1 Credits": "1,5"}, delimiter=";"),
        ("activity.credits.not_a_number", "F2 AMA PRA Category 1 Credits", "1,5"),
    ),
    "title-rows-above-a-bad-cell.xlsx": _rows(
        lambda: sheet_of(
            [["Activities of 2026"], [], *table({"Include in CME Passport": "perhaps"})],
            name="Sheet1",
        ),
        ("activity.yes_no.not_yes_no", "Sheet1!G4 Include in CME Passport", "perhaps"),
    ),
    "merged-bad-cells.xlsx": _rows(
        lambda: sheet_of(
            [*table({"Providership": "Shared"}), ["A-2", *table({"Providership": ""})[1][1:]]],
            merged=["I2:I3"],
        ),
        ("activity.choice.unknown", "Activities!I2 Providership", "Shared"),
        ("activity.choice.unknown", "Activities!I3 Providership", "Shared"),
    ),
    "hidden-bad-row.xlsx": _rows(
        lambda: xlsx({}, {"Start Date": "soon"}, attributes={3: 'hidden="1"'}),
        ("file.row.hidden", "Activities!row 3", None),
        ("activity.date.not_a_date", "Activities!D3 Start Date", "soon"),
    ),
    "markup-in-a-cell.xlsx": _rows(
        lambda: xlsx({"Start Date": "<script>alert(1)</script>"}),
        ("activity.date.not_a_date", "Activities!D2 Start Date", "<script>alert(1)</script>"),
    ),
    "euros.xml": _rows(
        lambda: mems.xml(
            mems.activity(
                (">no</hx:commercialSupport>", ">yes</hx:commercialSupport>"),
                (
                    "</lom:lom>",
                    '</lom:lom><CommercialSupportAmount currency="EUR" supportSource="Demo">5'
                    "</CommercialSupportAmount>",
                ),
            )
        ),
        ("activity.support.amount.not_a_number", "row 1", "EUR 5"),
    ),
    "two-activity-ids.xml": _rows(
        lambda: mems.xml(
            mems.activity(
                (
                    "<lom:title>",
                    "<lom:identifier><lom:catalog>ACCME Activity ID</lom:catalog><lom:entry>100000001</lom:entry>"
                    "</lom:identifier><lom:identifier><lom:catalog>ACCME Activity ID</lom:catalog>"
                    "<lom:entry>100000002</lom:entry></lom:identifier><lom:title>",
                )
            )
        ),
        ("activity.activity_id.not_an_id", "row 1", "100000001; 100000002"),
    ),
}

_TOLD_OF_LEGACY: Final = (
    ("file.end_date.assumed", "F1 Activity Date", "March 4, 2014"),
    ("file.legacy.kept", "D1 Reporting Year", "Reporting Year"),
    ("file.legacy.kept", "L1 Hours of Instruction", "Hours of Instruction"),
    ("activity.delivery_methods.required", "row 1", None),
    ("activity.on_passport.required", "row 1", None),
    ("activity.outcomes.required", "row 1", None),
)
"""What is told of the first row of any old layout."""

LEGACY: Final[dict[str, File]] = {
    "template-d-cut-short.txt": _rows(
        lambda: legacy.text(legacy.row_d(legacy.MONETARY), legacy.row_d()[:-9]),
        *_TOLD_OF_LEGACY,
        ("file.row.columns", "row 2", None),
    ),
    "two-templates.txt": _rows(
        lambda: legacy.text(legacy.row_d(legacy.MONETARY), ["C", *legacy.row_d()[1:]]),
        *_TOLD_OF_LEGACY,
        ("file.row.template", "A2 Template", "C"),
    ),
    "template-c-without-a-date.txt": _rows(
        lambda: legacy.text(
            legacy.row_c(legacy.MONETARY),
            ["C", "", "G-2", "2014", "Grand Rounds", "soon", *legacy.row_c(legacy.MONETARY)[6:]],
        ),
        *_TOLD_OF_LEGACY,
        # The start and the end come from one cell.
        ("activity.date.not_a_date", "F2 Activity Date", "soon"),
        ("activity.date.not_a_date", "F2 Activity Date", "soon"),
        ("activity.delivery_methods.required", "row 2", None),
        ("activity.on_passport.required", "row 2", None),
        ("activity.outcomes.required", "row 2", None),
    ),
    "stamped-and-one-column-short.txt": _rows(
        lambda: legacy.stamped_counts(
            ("100000001", "", "", "12", "0", "", ""), ("100000002", "", "", "12", "0")
        ),
        ("file.row.columns", "row 2", None),
    ),
    "stamped-by-two.txt": _rows(
        lambda: (
            legacy.stamped_counts(("100000001", "", "", "12", "0", "", ""))
            + b"OpenPARS L0\t100000002"
            + b"\t" * 6
        ),
        ("file.row.template", "A2", "OpenPARS L0"),
    ),
}

MUST_FAIL: Final = {**NOT_A_LIST, **TOO_MUCH, **DAMAGED, **XML, **JSON, **ROWS, **LEGACY}
