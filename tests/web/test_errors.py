"""The pages for our own faults, and when the database makes somebody wait for too long."""

import sqlite3
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from openpars.web.views.errors import RETRY_AFTER, server_error
from tests.web.desk import Desk, text


def sqlite_says(statement: str, folder: Path) -> sqlite3.OperationalError:
    """What SQLite answers to a statement while somebody else writes."""
    file = folder / "some.sqlite3"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    mine = sqlite3.connect(file, isolation_level=None, timeout=0)
    try:
        with pytest.raises(sqlite3.OperationalError) as caught:
            mine.execute(statement)
    finally:
        mine.close()
        other.close()
    return caught.value


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    ("statement", "status", "heading"),
    [
        ("BEGIN IMMEDIATE", 503, "The site is busy just now"),
        ("SELECT * FROM nothing", 500, "Something went wrong on our side"),
        ("", 503, "The site is busy just now"),
    ],
    ids=["locked", "a missing table", "a server that is gone"],
)
def test_a_database_that_is_busy_is_no_fault_and_asks_to_try_again(
    statement: str, status: int, heading: str, tmp_path: Path
) -> None:
    problem = OperationalError("the server closed the connection")
    if statement:
        problem.__cause__ = sqlite_says(statement, tmp_path)
    desk = Desk()
    desk.client.raise_request_exception = False
    with patch("openpars.web.views.form.saving.save_one", side_effect=problem):
        answer = desk.send(desk.url("activity-add"), title="Airway Workshop")
    retry = {503: str(RETRY_AFTER)}.get(status)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, retry)
    assert f"<h1>{heading}</h1>" in text(answer)
    assert "data-saved-key" not in text(answer), "the browser goes on keeping what was typed"


@pytest.mark.parametrize(("problem", "status"), [(OperationalError("gone"), 503), (KeyError("oops"), 500)])
def test_the_pages_for_our_own_faults_ask_nobody_who_is_there(problem: Exception, status: int) -> None:
    request = HttpRequest()
    request.user = SimpleLazyObject(lambda: pytest.fail("the database may be what is gone"))  # type: ignore[assignment]
    try:
        raise problem
    except type(problem):
        assert server_error(request).status_code == status
