import json
import re

import pytest

from openpars.rulebook import catalogue
from tests.config.conftest import PASSWORD, Running, Site, SiteMaker, free_port


def test_rules_are_the_whole_rulebook(new_site: SiteMaker) -> None:
    printed = new_site().openpars("rules", "--as", "json")
    assert json.loads(printed.stdout) == json.loads(json.dumps(catalogue.as_json()))
    assert {"version", "fields", "rules"} <= set(json.loads(printed.stdout))


def test_further_people_join_with_a_new_or_their_own_password(in_use: Site) -> None:
    said = [
        in_use.openpars(
            *("createuser", "Second@Test.example", "--name", "Second Person", "--provider", "0000001"),
            OPENPARS_PASSWORD=PASSWORD,
        ),
        in_use.openpars(
            "createuser", "second@test.example", "--accreditor", "test council", "--role", "viewer"
        ),
    ]
    assert [(done.returncode, done.stdout + done.stderr) for done in said] == [
        (0, "second@test.example can sign in: editor of Test Clinic.\n"),
        (0, "second@test.example can sign in: viewer of Test Council.\n"),
    ]


WRONG = {
    "Name of the accreditor is missing: give --accreditor.": ("createuser", "a@test.example"),
    "DATABASE_URL must start with postgresql://, not mysql://": (
        "backup",
        "b.zip",
        "DATABASE_URL=mysql://x/y",
    ),
    "Connection refused": (
        *("createuser", "a@test.example"),
        "DATABASE_URL=postgresql://nobody@127.0.0.1:1/none",
    ),
    "DATABASE_URL: Port": ("backup", "b.zip", "DATABASE_URL=postgresql://nobody@localhost:port/none"),
    "OPENPARS_PROXIES must be a whole number": ("backup", "b.zip", "OPENPARS_PROXIES=two"),
    "OPENPARS_TODAY must be a day": (
        *("serve", "--demo", "--port", str(free_port())),
        "OPENPARS_TODAY=2026-02-30",
    ),
    "This database is new": ("backup", "b.zip"),
    "is not a backup of OpenPARS": ("restore", __file__),
    "does not exist": ("restore", "/nowhere.zip"),
    "is not in the range": ("serve", "--port", "99999"),
    "There is no address for the host": ("serve", "--host", "no such host"),
    "does not have that address": ("serve", "--host", "203.0.113.7"),
    "is not one of 'md', 'json'": ("rules", "--as", "pdf"),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_said_in_a_sentence(new_site: SiteMaker, words: str) -> None:
    options = [word for word in WRONG[words] if "=" not in word]
    variables = dict(word.split("=", 1) for word in WRONG[words] if "=" in word)
    done = new_site().openpars(*options, **variables)
    assert done.returncode in {1, 2}
    assert (words in done.stderr, "Traceback" in done.stderr) == (True, False), done.stderr


def test_what_cannot_be_a_user_is_refused_by_its_reason(in_use: Site) -> None:
    third = ("createuser", "third@test.example", "--name", "Third")
    refused = {
        "Error: This password is": (*third, "--provider", "0000001"),
        "Give either --provider NUMBER or --accreditor NAME.": third,
        "There is no provider 7777777.": (*third, "--provider", "7777777"),
        "There is no accreditor named 'Nobody'.": (*third, "--accreditor", "Nobody"),
        "First Person is a contact already.": ("createuser", "first@test.example", "--provider", "0000001"),
    }
    for words, command in refused.items():
        done = in_use.openpars(*command, OPENPARS_PASSWORD="12345678")
        assert (done.returncode > 0, words in done.stderr) == (True, True), done


def test_judging_again_is_for_what_another_rulebook_judged(demo: Running) -> None:
    once = demo.site.openpars("rederive")
    assert (once.returncode, once.stdout) == (0, "Every activity is judged by this rulebook.\n"), once
    everything = demo.site.openpars("rederive", "--all")
    assert re.fullmatch(r"\d{3} activities are judged anew\.\n", everything.stdout), everything
