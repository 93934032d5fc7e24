import json
import re

from tests.config.conftest import Site, SiteMaker, lets_in

HOME = ("--provider", "0000001")


def prefixes(site: Site) -> list[str]:
    """What the list of keys begins its lines with."""
    done = site.openpars("key", "list", *HOME)
    assert done.returncode == 0, done
    return [line.split()[0] for line in done.stdout.splitlines()]


def test_providers_are_listed_for_a_program(in_use: Site) -> None:
    done = in_use.openpars("key", "providers", "--as", "json")
    assert {"number": "0000001", "name": "Test Clinic"} in json.loads(done.stdout)
    assert "0000001  Test Clinic" in in_use.openpars("key", "providers").stdout.splitlines()


def test_a_key_is_the_last_line_and_lets_in_until_it_is_revoked(in_use: Site) -> None:
    done = in_use.openpars("key", "create", *HOME, "--name", "LMS", "--scopes", "read,write,close")
    assert (done.returncode, done.stderr) == (0, "")
    words, text = done.stdout.splitlines()
    assert re.fullmatch(r"openpars_live_[0-9a-z]{8}_[\w-]{43}", text)
    prefix = text.split("_")[2]
    assert (
        words == f"LMS ({prefix}) works on Test Clinic and may read, write, close. Keep it like a password:"
    )
    assert lets_in(in_use, text) == "0000001"
    listed = in_use.openpars("key", "list").stdout
    assert f"{prefix}  0000001  live  read,write,close  works  LMS\n" in listed
    assert text.split("_", 3)[3] not in listed
    for _ in range(2):
        again = in_use.openpars("key", "revoke", prefix)
        assert (again.returncode, again.stdout) == (0, f"LMS ({prefix}) is revoked: it lets nobody in.\n")
    assert "was revoked" in lets_in(in_use, text)
    assert re.search(
        rf"^{prefix} .* revoked \d{{4}}-\d\d-\d\d  LMS$", in_use.openpars("key", "list").stdout, re.M
    )


def test_a_test_key_works_on_a_sandbox_that_is_in_no_list(in_use: Site) -> None:
    last = ("--expires", "2031-03-31")
    done = in_use.openpars("key", "create", *HOME, "--name", "Trying out", "--test", *last)
    assert done.returncode == 0, done
    text = done.stdout.splitlines()[-1]
    assert text.startswith("openpars_test_")
    assert re.fullmatch(r"S\d{6}", lets_in(in_use, text))
    assert "S0" not in in_use.openpars("key", "providers").stdout
    assert "  test  read  works until 2031-03-31  Trying out\n" in in_use.openpars("key", "list").stdout


def test_what_is_wrong_is_said_and_makes_nothing(in_use: Site, new_site: SiteMaker) -> None:
    before = prefixes(in_use)
    create = ("create", "--name", "x")
    wrong = {
        "There is no scope “all”. Choose from read, write, close.": (*create, *HOME, "--scopes", "read,all"),
        "There is no provider 7777777.": (*create, "--provider", "7777777"),
        "Choose today or a later day": (*create, *HOME, "--expires", "2020-01-01"),
        "does not match the format": (*create, *HOME, "--expires", "3/31/2031"),
        "Enter a name for the key.": ("create", "--name", " ", *HOME),
        "There is no key with the prefix abcdefgh.": ("revoke", "abcdefgh"),
    }
    for words, command in wrong.items():
        done = in_use.openpars("key", *command)
        assert (done.returncode > 0, words in done.stderr, done.stdout) == (True, True, ""), done
    assert prefixes(in_use) == before
    fresh = new_site().openpars("key", "list")
    assert (fresh.returncode, "This database is new" in fresh.stderr) == (1, True)
