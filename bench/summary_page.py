"""The activity summary of a provider with 50 000 activities against that of one with 50.

The whole page, from the request through every middleware to its last byte, plain and with each filter,
search and sort. Both providers are asked the same, and the small ones are made so that both pages show the
same number of rows: what is measured is finding, not drawing. So a search that finds nothing among 50 000 is
held against one that finds nothing among 50, which takes a few milliseconds.
All live in the same database; the runs take turns, so that neither gets the quieter moments.
"""

from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from bench.report import Report
from openpars import clock
from openpars.accounts.actors import SYSTEM
from openpars.accounts.models import Accreditor, Contact, Person, Provider
from openpars.accounts.roles import Role
from openpars.accounts.scopes import Scope
from openpars.activities.doors import Door
from openpars.activities.verbs.close import close
from openpars.activities.verbs.save import Edit, save
from openpars.config.starting import collect_static_files

SMALL, LARGE = 50, 50_000
LIMIT = 2.0
RUNS = 15
AT_ONCE = 5_000

#: What is asked for, by the name of the line, and at which of the small providers.
ASKED = {
    "plain": ("", "Draft"),
    "status Draft": ("?status=Draft", "Draft"),
    "status Active": ("?status=Active", "Active"),
    "status Ready to Close": ("?status=Ready+to+Close", "Ready to Close"),
    "status Closed": ("?status=Closed", "Closed"),
    "format": ("?format=EM", "Draft"),
    "year": ("?year=2026", "Draft"),
    "commendation criterion": ("?criterion=C23", "Draft"),
    "needs attention": ("?attention=yes", "Draft"),
    "search, many hits": ("?q=update", "Draft"),
    "search, one hit": ("?q=bench-7-", "Draft"),
    "search, no hit": ("?q=nowhere", "Draft"),
    "search, two words, no hit": ("?q=update+nowhere", "Draft"),
    "search, two letters, no hit": ("?q=zq", "Draft"),
    "search, many hits, filters, no hit": ("?q=update&status=Active&year=1999&sort=title", "Draft"),
    "filters, no hit": ("?status=Active&format=OTH&criterion=C38&attention=yes&sort=title", "Draft"),
    "sorted by title": ("?sort=title", "Draft"),
    "sorted by start date": ("?sort=-start_date", "Draft"),
    "sorted by end date": ("?sort=end_date", "Draft"),
    "all filters at once, sorted": (
        "?q=update&status=Draft&format=EM&year=2026&criterion=C23&attention=yes&sort=-start_date",
        "Draft",
    ),
    "the last page of 1,000": ("?page=1000", "Draft"),
}
FORMATS = ("C", "RSS", "EM", "JN", "OTH")
LIVE = {"C", "RSS"}
TOPICS = ("Cardiology", "Emergency Medicine", "Pediatrics", "Surgery", "Palliative Care", "Radiology")
DESCRIPTION = "What changes in practice, for whom, and how learners will know that it did. " * 25


def run(report: Report) -> None:
    """Seed the providers, and hold the pages of the large one against those of the small ones."""
    collect_static_files()
    accreditor = Accreditor.objects.create(name="Bench Accreditor")
    person = Person.objects.create_user("bench@bench.example", "not used", name="Bench Coordinator")
    small = {
        status: _provider(
            accreditor, person, f"910000{place}", [_alike(status, index) for index in range(SMALL)]
        )
        for place, status in enumerate(("Draft", "Active", "Ready to Close", "Closed"))
    }
    large = _provider(accreditor, person, "9200000", [_mixed(index) for index in range(LARGE)])
    with connection.cursor() as cursor:
        # What a running server does by itself some time after so many rows came in.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    client = Client()
    client.force_login(person)
    for name, (asked, status) in ASKED.items():
        pages = [f"{reverse('activities', args=[each.number])}{asked}" for each in (small[status], large)]
        rows = [client.get(page).content.count(b'<tr role="row" id=') for page in pages]
        assert rows[0] == rows[1], (name, rows)
        taken: list[list[float]] = [[], []]
        for _ in range(RUNS):
            for which, page in enumerate(pages):
                taken[which].append(_seconds(client, page))
        few, many = (median(each) for each in taken)
        note = f"{many:.3f} / {few:.3f} s, {rows[1]} rows"
        report.ratio(f"summary page: {name}", many, few, limit=LIMIT, note=note)


def _seconds(client: Client, page: str) -> float:
    start = perf_counter()
    response = client.get(page)
    taken = perf_counter() - start
    assert response.status_code == 200, page
    return taken


def _provider(
    accreditor: Accreditor, person: Person, number: str, activities: list[dict[str, Any]]
) -> Provider:
    """Store a provider with these activities; those with counts are closed."""
    provider = Provider.objects.create(accreditor=accreditor, number=number, name=f"Bench Provider {number}")
    Contact.objects.create(person=person, provider=provider)
    scope = Scope("provider", provider.pk, accreditor.pk, Role.EDITOR)
    for start in range(0, len(activities), AT_ONCE):
        edits = [Edit(answers=answers) for answers in activities[start : start + AT_ONCE]]
        stored = save(edits, scope=scope, actor=SYSTEM, door=Door.COMMAND, now=clock.now())
        assert all(one.done for one in stored), next(one for one in stored if not one.done)
        counted = [one.activity.pk for one in stored if one.activity and one.activity.physicians is not None]
        closed = close(counted, scope=scope, actor=SYSTEM, door=Door.COMMAND, now=clock.now())
        assert all(one.done for one in closed), next(one for one in closed if not one.done)
    return provider


def _alike(status: str, index: int) -> dict[str, Any]:
    """Answers of an activity that every filter lets through which its status allows."""
    answers = _answers(index, start=date(2026, 1, 1) + timedelta(days=index), format="EM", criterion="C23")
    answers["title"] = f"{TOPICS[index % len(TOPICS)]} Update {index * 7919 % 100_003}"
    return answers | (_spoilt() if status == "Draft" else _complete(status, "EM"))


def _mixed(index: int) -> dict[str, Any]:
    """Answers of one of many: of every format, year, status and criterion, most of them closed.

    One in 250 is as those of `_alike` are, so that all filters at once find a full page.
    """
    if index % 250 == 3:
        return _alike("Draft", index // 250) | {"internal_id": f"bench-{index}-"}
    answers = _answers(
        index,
        start=date(2016, 1, 1) + timedelta(days=index * 7 % 3600),
        format=FORMATS[index % len(FORMATS)],
        criterion=f"C{23 + index % 16}",
    )
    match index % 20:
        case 0 | 1:
            return answers
        case 2:
            return answers | _spoilt()
        case 4:
            return answers | _complete("Active", answers["format"])
        case 5 | 6:
            return answers | _complete("Ready to Close", answers["format"])
        case _:
            return answers | _complete("Closed", answers["format"])


def _answers(index: int, *, start: date, format: str, criterion: str) -> dict[str, Any]:  # noqa: A002
    topic = TOPICS[index % len(TOPICS)]
    return {
        "title": f"{topic} {'Update' if index % 2 else 'Conference'} {index * 7919 % 100_003}",
        "format": format,
        "start_date": start.isoformat(),
        "end_date": (start + timedelta(days=index % 60)).isoformat(),
        "internal_id": f"bench-{index}-",
        "description": DESCRIPTION,
        "commendation": True,
        "commendation_criteria": [criterion],
    }


def _spoilt() -> dict[str, Any]:
    return {"credits": "10.1"}


def _complete(status: str, format: str) -> dict[str, Any]:  # noqa: A002
    answers: dict[str, Any] = {
        "delivery_methods": ["Live-Streamed" if format in LIVE else "Online"],
        "credits": "1.5",
        "on_passport": False,
        "providership": "Direct",
    }
    if status == "Active":
        today = clock.now().date()
        answers |= {
            "start_date": (today - timedelta(days=5)).isoformat(),
            "end_date": (today + timedelta(days=30)).isoformat(),
        }
    if status == "Closed":
        answers |= {
            "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": ["Objective"]}],
            "support_received": False,
            "physicians": 40,
            "other_learners": 12,
        }
    return answers
