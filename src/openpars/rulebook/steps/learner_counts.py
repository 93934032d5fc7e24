"""The learner counts: not a step of the form, but asked by Update Learners in the activity summary."""

from openpars.rulebook.conditions import When
from openpars.rulebook.declaring import Field, Need, Rule
from openpars.rulebook.findings import Stage
from openpars.rulebook.steps.basic_information import FIRST_DAY, LAST_DAY

FIELDS = (
    Field(
        name="physicians",
        label="Total physician learners",
        kind="whole-number",
        minimum="0",
        maximum="99999999",
        help="Physicians, residents included, who completed all or part of the activity. 0 is an answer.",
        needs=(Need(Stage.CLOSE),),
        columns=("Total Physician Learners", "# of Physicians", "Number of Physicians", "Physicians"),
        copied=False,
    ),
    Field(
        name="other_learners",
        label="Total other learners",
        kind="whole-number",
        minimum="0",
        maximum="99999999",
        help="Everybody else who completed all or part of it: nurses, pharmacists, students. 0 is an answer.",
        needs=(Need(Stage.CLOSE),),
        columns=(
            "Total Other Learners",
            "# of Other Learners",
            "# of non-Physicians",
            "Number of Other Learners",
            "Other Learners",
        ),
        copied=False,
    ),
    Field(
        name="counts_as_of",
        label="Counts as of",
        kind="date",
        minimum=FIRST_DAY,
        maximum=LAST_DAY,
        help="Enduring material is counted from its first day on: the day up to which these totals go.",
        applies=When("format", ("EM",)),
        past=True,
        columns=("Counts As Of", "As Of Date"),
        copied=False,
    ),
)

RULES = (
    Rule(
        id="activity.physicians.required",
        fields=("physicians",),
        stage=Stage.CLOSE,
        message="The number of physician learners is missing.",
        mend="Press Update Learners and enter it; if there were none, enter 0.",
        example="37, residents included",
    ),
    Rule(
        id="activity.other_learners.required",
        fields=("other_learners",),
        stage=Stage.CLOSE,
        message="The number of other learners is missing.",
        mend="Press Update Learners and enter it; if there were none, enter 0.",
        example="0",
    ),
    Rule(
        id="activity.counts_as_of.in_the_future",
        fields=("counts_as_of",),
        stage=Stage.VALID,
        message="Learners cannot have been counted on {value}: that day is still to come.",
        mend="Enter today’s date or an earlier one.",
        example="12/31 of last year for the year-end count",
        sample=(("value", "December 31, 2030"),),
    ),
    Rule(
        id="activity.counts.falling",
        fields=("physicians", "other_learners"),
        stage=Stage.CONFIRM,
        message="The new total is lower than the one before, though totals of enduring material only grow.",
        mend=(
            "Enter everybody since the first day, not this year’s learners alone. If the earlier total was "
            "wrong, save once more to let the new one stand."
        ),
        example="120 at the end of last year, 45 now: enter 165",
    ),
)
