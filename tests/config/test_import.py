"""`openpars import`, as a process of its own; and what happens when somebody else is at it, too."""

import json
import os
import pty
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from openpars.activities import queries
from openpars.config import importing
from openpars.config.importing import Outcome
from openpars.formats.rows import Kind
from openpars.jobs import attempts, leases
from openpars.jobs.leases import Progress
from openpars.uploads import cancelling, forgetting
from openpars.uploads.models import Upload
from tests import factories
from tests.activities import doing
from tests.config.conftest import COMMAND, FIRST, PASSWORD, Site, SiteMaker
from tests.uploads import sending
from tests.working import Line

GOOD = sending.row("A")
BAD = sending.row("B") | {"AMA PRA Category 1 Credits": "2.1"}
PROVIDER = ("--provider", "0000001")


@pytest.fixture
def desk(new_site: SiteMaker) -> Site:
    """A site with one provider, and nothing in it."""
    return set_up(new_site())


@pytest.fixture(scope="module")
def same_desk(new_site: SiteMaker) -> Site:
    """Such a site for tests that do not mind what is in it."""
    return set_up(new_site())


def set_up(site: Site) -> Site:
    assert site.openpars(*FIRST, OPENPARS_PASSWORD=PASSWORD).returncode == 0
    return site


def sent(folder: Path, rows: Sequence[dict[str, str]], name: str = "list.txt") -> str:
    """A file with these rows."""
    (folder / name).write_bytes(sending.text_of(rows))
    return str(folder / name)


def imported(site: Site, file: str, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code of an import, and what it told as JSON."""
    done = site.openpars("import", file, *PROVIDER, "--as", "json", *options)
    assert "Traceback" not in done.stderr, done
    return done.returncode, json.loads(done.stdout)


def there(site: Site) -> list[tuple[int, str, str]]:
    """The activities of the provider: ID, internal ID, title."""
    done = site.openpars("export", *PROVIDER, "--as", "json", "-o", "-")
    assert done.returncode == 0, done
    return [(one["activity_id"], one.get("internal_id", ""), one["title"]) for one in json.loads(done.stdout)]


def kept_files(site: Site) -> int:
    """How many uploaded files the site keeps."""
    return sum(path.is_file() for path in (site.folder / "files").rglob("*"))


def test_a_file_is_written_whole_or_not_at_all_and_leaves_nothing_else(desk: Site, tmp_path: Path) -> None:
    file = sent(tmp_path, [GOOD, BAD])
    code, told = imported(desk, file)
    assert (code, told["outcome"], told["upload"]) == (1, "blocked", None)
    assert {name: count for name, count in told["counts"].items() if count} == {
        "new": 1,
        "blocked": 1,
        "findings": len(told["findings"]),
    }
    code, told = imported(desk, file, "--good-rows-only", "--dry-run")
    assert (code, told["outcome"], told["upload"]) == (0, "ready", None)
    assert (there(desk), kept_files(desk)) == ([], 0)

    code, told = imported(desk, file, "--good-rows-only")
    assert (code, told["outcome"]) == (0, "applied")
    assert there(desk) == [(100000001, "A", "Course A")]
    assert [(row["row"], row["result"], row["activity_id"]) for row in told["plan"]] == [
        (2, "new", 100000001),
        (3, "blocked", None),
    ]
    code, told = imported(desk, sent(tmp_path, [GOOD]))
    assert (code, told["outcome"], told["upload"], kept_files(desk)) == (0, "unchanged", None, 1)

    renamed = sent(tmp_path, [GOOD | {"Activity Title": "Another"}])
    code, told = imported(desk, renamed, "--dry-run")
    assert (code, told["plan"][0]["changes"]) == (
        0,
        [{"field": "title", "old": "Course A", "new": "Another"}],
    )
    assert (imported(desk, renamed)[0], there(desk)) == (0, [(100000001, "A", "Another")])


def test_people_read_what_is_blocked_by_rule_with_its_cells(same_desk: Site, tmp_path: Path) -> None:
    file = sent(tmp_path, [BAD, BAD | {"Internal ID": "C"}, GOOD, BAD | {"Internal ID": "D"}])
    done = same_desk.openpars("import", file, *PROVIDER)
    assert done.returncode == 1, done
    lines = done.stdout.splitlines()
    assert lines[:9] == [
        "list.txt: 4 rows",
        "  1 would be added",
        "  3 blocked",
        "Blocked: AMA PRA Category 1 Credits: Credits go in quarters, and 2.1 lies between two of them. "
        "(activity.credits.step)",
        "    Round to the nearest quarter: .25, .5, .75 or a whole number.",
        "    G2-G3, G5",
        "Needed for Active: The description is missing. (activity.description.required)",
        "    Write two or three sentences, or paste the abstract, the outline or the learning objectives.",
        "    rows 2-5",
    ]
    assert lines[-1].startswith("Nothing is written. Mend the rows that are blocked")


def test_activity_ids_are_taken_over_only_where_that_is_asked_for(desk: Site, tmp_path: Path) -> None:
    file = sent(tmp_path, [{"Activity ID": "200000001"} | GOOD])
    code, told = imported(desk, file)
    assert (code, [one["rule"] for one in told["findings"] if one["blocks"]]) == (1, ["activity.unknown"])
    assert imported(desk, file, "--adopt-ids")[0] == 0
    counts = sent(tmp_path, [{"Activity ID": "200000001", "Total Physician Learners": "12"}])
    code, told = imported(desk, counts, "--kind", "learner-counts")
    assert (code, [change["field"] for change in told["plan"][0]["changes"]]) == (0, ["physicians"])
    assert there(desk) == [(200000001, "A", "Course A")]


STRANGE = [{"What": "Course", "Wherefrom": "x"}]
NOT_READ: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "This is no file of activities": (b"\x89PNG\r\n\x1a\n" + bytes(99), PROVIDER),
    "The file is empty": (b"", PROVIDER),
    "nobody knows these headings: “What”, “Wherefrom”": (sending.text_of(STRANGE), PROVIDER),
    "There is no provider 7777777": (sending.text_of([GOOD]), ("--provider", "7777777")),
}


def test_what_cannot_be_read_ends_with_2_and_says_why(same_desk: Site, tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    for words, (content, options) in NOT_READ.items():
        file.write_bytes(content)
        done = same_desk.openpars("import", str(file), *options)
        assert (done.returncode, words in done.stdout + done.stderr) == (2, True), done
    before = kept_files(same_desk)
    for content, rule in ((b"", "file.empty"), (b"\x89PNG\r\n\x1a\n" + bytes(99), "file.not_recognised")):
        file.write_bytes(content)
        code, told = imported(same_desk, str(file))
        assert (code, told["outcome"], [one["rule"] for one in told["findings"]]) == (2, "unreadable", [rule])
    assert kept_files(same_desk) == before


def test_a_terminal_shows_how_far_it_is(same_desk: Site, tmp_path: Path) -> None:
    file = sent(tmp_path, [GOOD])
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*COMMAND, "import", file, *PROVIDER],
        env=same_desk.environment,
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=60,
        check=False,
    )
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert (done.returncode, "Reading and checking: 1" in shown, "Applying" in shown) == (0, True, True)
    assert shown.endswith("\r\x1b[K")
    assert b"\x1b" not in done.stdout


def received(file: str, provider: Any) -> Upload:
    return importing.receive(Path(file), provider=provider, kind=Kind.ACTIVITIES, adopt=False)


def silent(_: Progress) -> None:
    pass


def outcome(upload: Upload) -> Outcome:
    return importing.outcome_of(upload, good_rows_only=False)


@pytest.mark.django_db(transaction=True)
class TestTogether:
    """A site that runs has workers, and people at its pages."""

    def test_a_worker_may_be_quicker(self, tmp_path: Path, settings: LazySettings) -> None:
        settings.JOB_POLL = 0
        upload = received(sent(tmp_path, [GOOD]), factories.provider())
        claim = leases.claim("a worker")
        assert claim
        told = []

        def tell(progress: Progress) -> None:
            told.append(progress)
            done = attempts.attempt(claim, Line())
            assert done
            attempts.settle(claim, done, Progress())

        importing.work(upload, told=tell)
        assert (outcome(upload), len(told)) == (Outcome.READY, 1)

    def test_what_moved_meanwhile_is_planned_anew(self, tmp_path: Path) -> None:
        provider = factories.provider()
        sending.apply(sending.send(provider, [GOOD]))
        upload = received(sent(tmp_path, [GOOD | {"Activity Title": "From the file"}]), provider)
        importing.work(upload, told=silent)
        (activity,) = sending.stored(provider)
        doing.edit(activity, {"city": "Chicago"})
        importing.apply(upload, provider=provider, good_rows_only=False, told=silent)
        (activity,) = sending.stored(provider)
        assert (outcome(upload), activity.title, activity.city) == (
            Outcome.APPLIED,
            "From the file",
            "Chicago",
        )
        assert not forgetting.forget(upload)
        assert Upload.objects.filter(pk=upload.pk).exists()

    def test_what_somebody_gives_up_on_its_page_is_not_applied(self, tmp_path: Path) -> None:
        provider = factories.provider()
        upload = received(sent(tmp_path, [GOOD]), provider)
        importing.work(upload, told=silent)
        assert cancelling.cancel(upload, scope=factories.scope(provider))
        importing.apply(upload, provider=provider, good_rows_only=False, told=silent)
        assert (outcome(upload), list(queries.of(factories.scope(provider)))) == (Outcome.FAILED, [])
