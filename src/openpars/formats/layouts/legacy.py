"""The tab-delimited templates of the years before the present one, column by column.

They came without a header row: what a column holds is known by its position alone.
"""

from dataclasses import dataclass
from typing import Final

Place = tuple[str, str | None]
"""A column's heading, and the answer or word about the row it holds; None where nothing asks for it today."""


@dataclass(frozen=True, slots=True)
class LegacyLayout:
    """A template of the past.

    `letter` stands in the first column of every row (None: there is no such column); after `columns` come
    groups of as many columns as SUPPORTER has, one for each commercial supporter.
    """

    name: str
    letter: str | None
    columns: tuple[Place, ...]


IN_KIND: Final = (
    "Durable Equipment",
    "Facilities / Space",
    "Disposable Supplies (Non-biological)",
    "Animal Parts or Tissue",
    "Human Parts or Tissue",
    "Other",
)
SUPPORTER: Final = ("Commercial Support Source", "Monetary Amount Received", *IN_KIND)
YEAR: Final = "Reporting Year"


def _kept(*headings: str) -> tuple[Place, ...]:
    return tuple((heading, None) for heading in headings)


_TEMPLATE: Final[tuple[Place, ...]] = (("Template", "template"),)
_IDS: Final[tuple[Place, ...]] = (
    ("ACCME Activity ID", "activity_id"),
    ("Provider Activity ID", "internal_id"),
)
_YEAR: Final = _kept(YEAR)
_WHAT_AND_WHERE: Final[tuple[Place, ...]] = (
    ("Activity Title", "title"),
    ("Activity Date", "start_date"),
    ("City", "city"),
    ("State", "state"),
    ("Country", "country"),
    ("Providership", "providership"),
    ("Activity Type", "format"),
    *_kept("Hours of Instruction"),
    ("# of Physicians", "physicians"),
    ("# of Other Learners", "other_learners"),
    ("Commercial Support Received?", "support_received"),
)
_SUPPORTERS: Final = _kept("# of Commercial Supporters", "Total Monetary Amount Received")
_IN_KIND: Final = _kept(*(f"In Kind Support Received: {kind}" for kind in IN_KIND))
_CHANGES: Final = _kept(
    "Designed to Change Competence?",
    "Changes in Competence Evaluated?",
    "Designed to Change Performance?",
    "Changes in Performance Evaluated?",
    "Designed to Change Patient Outcomes?",
    "Changes in Patient Outcomes Evaluated?",
)
_SUB_CATEGORIES: Final = _kept(
    *(
        f"Sub-category: {kind}"
        for kind in (
            "Case Based Discussion",
            "Lecture",
            "Panel",
            "Simulation",
            "Skill-based Training",
            "Small Group Discussion",
            "Other",
        )
    )
)
_CONTENT: Final[tuple[Place, ...]] = (
    ("Joint Provider(s)", "joint_providers"),
    ("Number of AMA PRA Category 1 Credits Designated", "credits"),
    ("Description of Content", "description"),
)
_MONEY: Final = _kept("Advertising & Exhibit Income", "Other Income", "Expenses")
_COMPETENCIES: Final = _kept(
    *(
        f"Competency: {name}"
        for name in (
            "Patient Care and Procedural Skills",
            "Medical Knowledge",
            "Practice-based Learning and Improvement",
            "Interpersonal and Communication Skills",
            "Professionalism",
            "Systems-based Practice",
            "Provide Patient-centered Care",
            "Work in Interdisciplinary Teams",
            "Employ Evidence-based Practice",
            "Apply Quality Improvement",
            "Utilize Informatics",
            "Values/Ethics for Interprofessional Practice",
            "Roles/Responsibilities",
            "Interprofessional Communication",
            "Teams and Teamwork",
            "Other",
        )
    )
)

PRE_2011: Final = LegacyLayout(
    "legacy-pre-2011",
    None,
    (
        *_YEAR,
        *reversed(_IDS),
        *_WHAT_AND_WHERE,
        *_kept("Total Value of Commercial Support", "# of Commercial Supporters"),
        *_CHANGES,
        *_SUB_CATEGORIES,
        *_CONTENT,
        *_MONEY,
    ),
)
B: Final = LegacyLayout(
    "legacy-b",
    "B",
    (
        *_TEMPLATE,
        *_IDS,
        *_YEAR,
        *_WHAT_AND_WHERE,
        *_SUPPORTERS,
        *_IN_KIND,
        *_CHANGES,
        *_SUB_CATEGORIES,
        *_CONTENT,
        *_MONEY,
    ),
)
C: Final = LegacyLayout("legacy-c", "C", (*B.columns, *_COMPETENCIES))
D: Final = LegacyLayout(
    "legacy-d",
    "D",
    (
        *_TEMPLATE,
        *_IDS,
        *_YEAR,
        *_WHAT_AND_WHERE,
        *_CHANGES,
        *_SUB_CATEGORIES,
        *_CONTENT,
        *_COMPETENCIES,
    ),
)

LETTERED: Final = {layout.letter: layout for layout in (B, C, D)}
