"""The sheet that says how to fill in a template: the words of it, topic by topic."""

from typing import Final

from openpars.formats.rows import Kind
from openpars.rulebook import VERSION

VERSION_LINE: Final = f"Rulebook {VERSION}"
"""The version stamp: by which rulebook the columns, lists and notes were drawn."""

_BLANK: Final = (
    "Blank and (clear)",
    "A blank cell leaves what is stored as it is. To empty an answer that is stored, write (clear).",
)
_HEADINGS: Final = (
    "Headings",
    "Leave the headings as they are. Columns may stand in any order, and those you do not need may be deleted. "
    "Each heading has a note that says what to enter.",
)
_NEXT: Final = (
    "What happens next",
    "Save the workbook and upload it on the tab Uploads. Every cell is checked, and you see all findings and what "
    "would be new or changed before anything is stored. You can download your workbook with the cells marked, "
    "correct them, and send it again; and undo an upload.",
)
_OFFLINE: Final = (
    "Checking it yourself",
    "openpars check FILE says the same without sending the file anywhere.",
)

TOPICS: Final[dict[Kind, tuple[tuple[str, str], ...]]] = {
    Kind.ACTIVITIES: (
        (
            "One row, one activity",
            "Enter each activity in a row of the sheet Activities. Leave no row for headings.",
        ),
        _HEADINGS,
        (
            "Colors of headings",
            "Dark blue: required, an activity cannot be saved without it. Light blue: needed before an activity "
            "becomes Active. Gray: needed later, in some cases, or not at all. The note on each heading says it in "
            "words.",
        ),
        (
            "New or changed",
            "A row without an activity ID adds an activity, unless its internal ID is known: then it changes that "
            "one. A row with an activity ID changes the activity that has it. Record Action can say it: Add, Update "
            "or Delete.",
        ),
        _BLANK,
        (
            "Several answers in one cell",
            "Separate them by semicolons: In-Person; Live-Streamed. The list in the cell offers one; type the others "
            "behind it. An answer that holds a semicolon itself stands in double quotation marks.",
        ),
        (
            "Numbered columns",
            "Joint providers, commercial support, collaborations and further instances have numbered columns. Need "
            "more? Add columns with the next number: Support 4 Kind, Support 4 Source, Support 4 Amount. If you "
            "change one of them, enter them all: together they replace what is stored.",
        ),
        (
            "Outcomes",
            "For each outcome that was measured, say how: Objective, Subjective, or Objective; Subjective.",
        ),
        ("Dates", "Month/day/year, such as 03/04/2026, or year-month-day, such as 2026-03-04."),
        (
            "Closing",
            "Yes in the column Close Activity closes it once its end date has passed and nothing is missing. "
            "Otherwise it is saved, and you are told why it is not closed.",
        ),
        _NEXT,
        _OFFLINE,
    ),
    Kind.LEARNER_COUNTS: (
        (
            "One row, one activity",
            "Each row of the sheet Learner counts names an activity, by its activity ID or by your internal ID, and "
            "says how many learners it had. Nothing else of the activity is changed.",
        ),
        _HEADINGS,
        _BLANK,
        ("Zero", "0 is an answer: nobody took part. A blank cell leaves the count that is stored."),
        (
            "Enduring materials",
            "Their counts go on from year to year: enter the total since the first day, and in Counts As Of the day "
            "up to which it goes.",
        ),
        (
            "Closing",
            "Yes in the column Close Activity closes the activity once its end date has passed and nothing is missing.",
        ),
        _NEXT,
        _OFFLINE,
    ),
}
"""What is told, topic by topic: its name, and the explanation."""
