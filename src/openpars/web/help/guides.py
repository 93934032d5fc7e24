"""The guides: which there are, in the order to read them, and the facts they draw.

A guide is one entry here and one template `help/guides/<slug>.html`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from openpars.rulebook import vocabularies


@dataclass(frozen=True, slots=True)
class Guide:
    """A page of help of its own, at `/help/<slug>/`."""

    slug: str
    title: str
    summary: str
    questions: tuple[str, ...] = ()
    """The fields whose questions and answers stand at its end."""
    facts: Callable[[], Mapping[str, Any]] = dict
    """What its template needs beyond words."""

    @property
    def template(self) -> str:
        """The template that holds its text."""
        return f"help/guides/{self.slug}.html"


@dataclass(frozen=True, slots=True)
class FormatAdvice:
    """One row of “Which format is it?”."""

    code: str
    choose_when: str
    example: str
    remember: str

    @property
    def label(self) -> str:
        """The format's name."""
        return vocabularies.label("formats", self.code)


FORMATS = (
    FormatAdvice(
        "C",
        "Learners take part at the same time, in a room, on screen or both, once or on a few occasions.",
        "An annual meeting, a workshop, a webinar at a fixed hour",
        "One activity, even if it lasts several days. Held again, with the same content? List the dates.",
    ),
    FormatAdvice(
        "RSS",
        "Many sessions are planned as a series, mostly for your own staff.",
        "Weekly grand rounds, a monthly tumor board, morbidity and mortality conferences",
        "One activity for the whole series, of at most twelve months. Credits and attendances are added up.",
    ),
    FormatAdvice(
        "EM",
        "It waits for the learner, who begins and ends whenever they like.",
        "An online module, the recording of a lecture, a printed monograph, a podcast",
        "It may run for up to three years; its learners are counted from the start and updated each year.",
    ),
    FormatAdvice(
        "JN",
        "Learners read articles of a journal and do what comes with them.",
        "An article with questions in the June issue",
        "One article, one issue or a collection: what learners earn credit for is one activity.",
    ),
    FormatAdvice(
        "MR",
        "Learners review a manuscript for a journal and earn credit for it.",
        "Peer review for your society’s journal",
        "Agree with the journal on who keeps the list of reviewers.",
    ),
    FormatAdvice(
        "TIW",
        "Learners write questions for a board or a national examination and learn how to.",
        "A group that writes items for a specialty examination",
        "The researching, drafting and defending of questions is what counts.",
    ),
    FormatAdvice(
        "CML",
        "Learners learn through the work of a committee on a subject of medicine.",
        "A guideline panel, a quality committee",
        "Meetings about budgets and by-laws are no education.",
    ),
    FormatAdvice(
        "PI",
        "Learners measure their practice, change something and measure again.",
        "Raising the rate of foot exams in the diabetes clinic",
        "The outcome is usually Learner Performance or Patient Health, and objective.",
    ),
    FormatAdvice(
        "ISL",
        "Learners look up answers to questions from their own practice, in sources you provide.",
        "Credits for searches in a point-of-care reference",
        "Gather all learners of the year in one activity.",
    ),
    FormatAdvice(
        "LFT",
        "Learners learn by preparing to teach others.",
        "Faculty who prepare a new simulation course for residents",
        "Gather all learners of the year in one activity.",
    ),
    FormatAdvice(
        "OTH",
        "It truly mixes formats, or fits none of them.",
        "Six weeks online that lead into a skills day",
        "Name it Other/Blended Learning in the credit statement and on the certificate too.",
    ),
)


CRITERIA_IN_PLAIN_WORDS = {
    "C23": "Members of other professions plan and teach with you.",
    "C24": "Patients or members of the public plan and teach with you.",
    "C25": "Students of the health professions plan and teach with you.",
    "C26": "You teach how health and practice data are used to improve care.",
    "C27": "You address what makes whole populations healthy or ill.",
    "C28": "You work together with other organizations on health in your community.",
    "C29": "Learners practice how to communicate, are observed, and get feedback.",
    "C30": "Learners practice a technique or procedure, are observed, and get feedback.",
    "C31": "Learners get a learning plan of their own, followed up over time.",
    "C32": "You give support that helps the change to last, such as reminders and tools.",
    "C33": "You study your own education and publish or present the results.",
    "C34": "Your own CME team keeps learning, by a plan.",
    "C35": "You try new ways of teaching and see how they work.",
    "C36": "You show that learners’ performance got better.",
    "C37": "You show that the quality of health care got better.",
    "C38": "You show that patients or communities got healthier.",
}


def _commendation() -> Mapping[str, Any]:
    """The criteria under their categories: code, name and plain words of each."""
    criteria = vocabularies.terms("commendation_criteria")
    return {
        "categories": [
            (name, [(term.code, term.label, CRITERIA_IN_PLAIN_WORDS[term.code]) for term in members])
            for name, members in groupby(criteria, key=attrgetter("group"))
        ]
    }


def _boards() -> Mapping[str, Any]:
    """The boards an activity can be registered with, and the credit types of each."""
    return {
        "boards": [
            (board.label, [term.label for term in vocabularies.terms("credit_types", of=board.code)])
            for board in vocabularies.terms("boards")
        ]
    }


GUIDES = (
    Guide("getting-started", "Getting started", "From Add Activity to Closed, in seven steps."),
    Guide(
        "which-format",
        "Which format is it?",
        "All formats side by side, with examples and what to remember about each.",
        ("format", "delivery_methods"),
        lambda: {"formats": FORMATS},
    ),
    Guide(
        "statuses",
        "Statuses explained",
        "What Draft, Active, Ready to Close and Closed mean.",
        ("start_date", "end_date"),
    ),
    Guide(
        "counting-learners",
        "Counting learners",
        "Who counts, how often, and how a series is counted.",
        ("physicians", "other_learners", "counts_as_of"),
    ),
    Guide(
        "commercial-support",
        "Commercial support",
        "What it is, what it is not, and how to enter it.",
        ("support_received", "support"),
    ),
    Guide(
        "repeat-activities",
        "Repeat activities",
        "The same course held more than once, entered once.",
        ("repeated", "instances"),
    ),
    Guide(
        "moc",
        "Registering for MOC or CC",
        "Points for continuing certification: what to have at hand, board by board.",
        ("collaborations.moc",),
        _boards,
    ),
    Guide(
        "rems",
        "Registering a REMS activity",
        "Education on risk evaluation and mitigation strategies.",
        ("collaborations.rems",),
        lambda: {"rems_types": [term.label for term in vocabularies.terms("rems_types")]},
    ),
    Guide(
        "mips",
        "Marking an activity for MIPS",
        "Improvement activities of the Merit-based Incentive Payment System.",
        ("collaborations.mips",),
    ),
    Guide(
        "commendation",
        "Accreditation with commendation",
        "The 16 criteria, how many you need, and how to keep track of them here.",
        ("commendation", "commendation_criteria"),
        _commendation,
    ),
    Guide("year-end", "The end of the reporting year", "What to finish, and in which order."),
    Guide(
        "pars-web-services",
        "From PARS web services to ours",
        "For developers: what SaveActivity, GetActivity and the others are called here.",
    ),
)
"""Every guide, in reading order."""

BY_SLUG = {guide.slug: guide for guide in GUIDES}
