import hashlib
import json
import stat
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from openpars.uploads.states import State
from tests.config.conftest import (
    FIRST,
    PASSWORD,
    POSTGRES,
    Running,
    Site,
    SiteMaker,
    asked,
    launch,
    lets_in,
    sign_ins,
)


def contents(file: Path) -> dict[str, Any]:
    """Everything a backup holds, apart from when and of what it was made."""
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        tables = {
            table["table"]: [json.loads(line) for line in archive.open(f"tables/{table['table']}.jsonl")]
            for table in manifest["tables"]
        }
        files = {name: archive.read(f"files/{name}") for name in manifest["files"]}
        stored = {one["name"]: archive.read(f"stored/{one['name']}") for one in manifest["stored"]}
    # The last ID given is in a table on SQLite only.
    del tables["activities_activitynumber"]
    return {"tables": tables, "files": files, "stored": stored, "last": manifest["last_activity_id"]}


#: A file that is imported before the backup is made.
IMPORTED = (
    b"Internal ID\tActivity Title\tActivity Format\tStart Date\tEnd Date\n"
    b"BACKED-UP\tA course that came by file\tLive Course\t3/5/2026\t3/6/2026\n"
)


#: The texts of the keys that were made before the backup, which nothing in it gives away.
KEYS: list[str] = []


def stored_in(site: Site) -> set[str]:
    """The names of the uploaded files in a site's data folder."""
    folder = site.folder / "files"
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="session")
def backup(demo: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the demo with a file that was imported and keys of both kinds, made while it runs."""
    sent = tmp_path_factory.mktemp("sent") / "sent.txt"
    sent.write_bytes(IMPORTED)
    done = demo.site.openpars("import", str(sent), "--provider", "9000001")
    assert done.returncode == 0, done
    for kind in ((), ("--test",)):
        done = demo.site.openpars("key", "create", "--provider", "9000001", "--name", "LMS", *kind)
        assert done.returncode == 0, done
        KEYS.append(done.stdout.splitlines()[-1])
    file = tmp_path_factory.mktemp("backup") / "demo.zip"
    done = demo.site.openpars("backup", str(file))
    assert done.returncode == 0, done
    return file


def test_a_backup_holds_what_there_is_for_its_owner_only(backup: Path, demo: Running) -> None:
    held = contents(backup)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert len(held["tables"]["activities_activity"]) > 500
    assert len(held["tables"]["accounts_person"]) == len(sign_ins(demo.printed))
    assert held["files"] == {"secret-key": (demo.site.folder / "secret-key").read_bytes()}
    assert list(backup.parent.iterdir()) == [backup]
    assert list(held["stored"].values()) == [IMPORTED]
    assert stored_in(demo.site) == set(held["stored"])
    assert not {"jobs_job", "activities_plan", "activities_staged"} & set(held["tables"])


@pytest.fixture(scope="session")
def small(new_site: SiteMaker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a site that holds nothing but a file that was imported."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "sent.txt").write_bytes(IMPORTED)
    site = new_site()
    for words in (FIRST, ("import", str(folder / "sent.txt"), "--provider", "0000001")):
        done = site.openpars(*words, OPENPARS_PASSWORD=PASSWORD)
        assert done.returncode == 0, done
    assert site.openpars("backup", str(folder / "small.zip")).returncode == 0
    return folder / "small.zip"


@pytest.mark.parametrize("postgres", [False, True] if POSTGRES else [False])
def test_a_restored_site_is_the_same_on_either_database(
    backup: Path, new_site: SiteMaker, tmp_path: Path, postgres: bool
) -> None:
    site = new_site(postgres=postgres)
    done = site.openpars("restore", str(backup))
    assert done.returncode == 0, done
    again = tmp_path / "again.zip"
    assert site.openpars("backup", str(again)).returncode == 0
    assert contents(again) == contents(backup)
    assert stored_in(site) == set(contents(backup)["stored"])
    if postgres != POSTGRES:
        assert new_site().openpars("restore", str(again)).returncode == 0
    # Keys let in where they were restored, and nothing in the backup gives them away.
    assert [lets_in(site, text) for text in KEYS] == ["9000001", "S000001"]
    rows = json.dumps(contents(backup)["tables"])
    assert [text.split("_", 3)[3] in rows for text in KEYS] == [False, False]


@pytest.fixture(scope="session")
def restored(backup: Path, new_site: SiteMaker) -> Site:
    """A site restored from the backup."""
    site = new_site()
    done = site.openpars("restore", str(backup))
    assert done.returncode == 0, done
    return site


def test_data_are_overwritten_only_when_told_to(backup: Path, demo: Running, restored: Site) -> None:
    refused = restored.openpars("restore", str(backup))
    assert (refused.returncode, "Add --replace" in refused.stderr) == (1, True), refused
    assert restored.openpars("restore", str(backup), "--replace").returncode == 0
    kept = demo.site.openpars("backup", str(backup))
    assert (kept.returncode, "already there" in kept.stderr) == (1, True), kept


def changed(source: Path, target: Path, member: str, old: bytes, new: bytes) -> Path:
    """The same archive with a part of one member changed."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == member:
                assert old in content
                content = content.replace(old, new)
            after.writestr(name, content)
    return target


BAD = {
    "the table accounts_person is damaged": ("tables/accounts_person.jsonl", b"Demo Editor", b"Demo Eve"),
    "of a format this version does not know": ("manifest.json", b'"format": 1', b'"format": 9'),
    "which is newer than this version": ("manifest.json", b"0001_initial", b"9001_later"),
    "none of ours": ("manifest.json", b"secret-key", b"../escape"),
}
#: Manifests that are JSON and nonsense: a part and what stands there instead.
NONSENSE: dict[str, Any] = {
    "files": 5,
    "tables": "activities",
    "migrations": [["accounts"]],
    "last_activity_id": 10**30,
    "openpars": None,
    "stored": [{"name": "../escape", "sha256": ""}],
}


def test_a_changed_backup_is_refused_before_anything_is_touched(
    backup: Path, new_site: SiteMaker, tmp_path: Path
) -> None:
    site = new_site()
    for words, change in BAD.items():
        done = site.openpars("restore", str(changed(backup, tmp_path / "bad.zip", *change)))
        assert (done.returncode, words in done.stderr) == (1, True), done
    (name,) = contents(backup)["stored"]
    done = site.openpars(
        "restore", str(changed(backup, tmp_path / "bad.zip", f"stored/{name}", b"course", b"curse"))
    )
    assert (done.returncode, f"the uploaded file {name} is damaged" in done.stderr) == (1, True), done
    with zipfile.ZipFile(backup) as archive:
        manifest = archive.read("manifest.json")
        packed = archive.getinfo("tables/activities_change.jsonl")
    for part, value in NONSENSE.items():
        nonsense = json.dumps(json.loads(manifest) | {part: value}).encode()
        file = changed(backup, tmp_path / "bad.zip", "manifest.json", manifest, nonsense)
        done = site.openpars("restore", str(file))
        assert (done.returncode, "or it is damaged" in done.stderr) == (1, True), done
    whole = backup.read_bytes()
    encrypted = bytearray(whole)
    encrypted[whole.rindex(b"PK\x01\x02") + 8] |= 1
    middle = packed.header_offset + packed.compress_size // 2
    for rotten in (whole[:middle] + bytes(50) + whole[middle + 50 :], bytes(encrypted), whole[:middle], b""):
        (tmp_path / "rotten.zip").write_bytes(rotten)
        done = site.openpars("restore", str(tmp_path / "rotten.zip"))
        assert (done.returncode, "or it is damaged" in done.stderr) == (1, True), done
    assert stored_in(site) == set()
    # Without --replace this says that nothing is there yet.
    assert site.openpars("restore", str(backup)).returncode == 0


def test_a_backup_of_an_earlier_version_is_brought_up_to_date_in_an_empty_place(
    backup: Path, new_site: SiteMaker, restored: Site, tmp_path: Path
) -> None:
    with zipfile.ZipFile(backup) as archive:
        manifest = archive.read("manifest.json")
    earlier = json.loads(manifest)
    earlier["migrations"].remove(["activities", "0002_sequence_and_append_only"])
    old = changed(backup, tmp_path / "old.zip", "manifest.json", manifest, json.dumps(earlier).encode())
    refused = restored.openpars("restore", str(old), "--replace")
    assert (refused.returncode, "an earlier version" in refused.stderr) == (1, True), refused
    site = new_site()
    assert site.openpars("restore", str(old)).returncode == 0
    assert site.openpars("backup", str(tmp_path / "again.zip")).returncode == 0
    assert contents(tmp_path / "again.zip") == contents(backup)


def with_table(source: Path, target: Path, table: str, old: bytes, new: bytes) -> Path:
    """The same archive with other lines in a table, and their sum."""
    half = changed(source, target.with_suffix(".half"), f"tables/{table}.jsonl", old, new)
    with zipfile.ZipFile(half) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        digest = hashlib.sha256(archive.read(f"tables/{table}.jsonl")).hexdigest()
    before = next(one["sha256"] for one in manifest["tables"] if one["table"] == table)
    return changed(half, target, "manifest.json", before.encode(), digest.encode())


def test_rows_that_do_not_fit_leave_everything_as_it_was(
    backup: Path, restored: Site, new_site: SiteMaker, tmp_path: Path
) -> None:
    bad = with_table(backup, tmp_path / "bad.zip", "accounts_contact", b'"viewer"', b'"sovereign"')
    empty = new_site()
    assert (empty.openpars("restore", str(bad)).returncode, stored_in(empty)) == (1, set())
    done = restored.openpars("restore", str(bad), "--replace")
    assert (done.returncode, "do not fit this version" in done.stderr) == (1, True), done
    assert restored.openpars("backup", str(tmp_path / "still.zip")).returncode == 0
    assert contents(tmp_path / "still.zip") == contents(backup)


SINCE = "This site was brought back from a backup that was made before the file was "
READ_AGAIN = "applied. Nothing of it is written. Read it again and look at its plan."
UNDO_AGAIN = "undone. Everything it wrote stands. Undo it once more."
#: Where an upload stands after a restore, and what it says.
AFTERWARDS = {
    "waiting": ("failed", READ_AGAIN),
    "reading": ("failed", READ_AGAIN),
    "mapping": ("mapping", ""),
    "unreadable": ("unreadable", ""),
    "planned": ("failed", READ_AGAIN),
    "applying": ("failed", READ_AGAIN),
    "applied": ("applied", ""),
    "undoing": ("applied", UNDO_AGAIN),
    "undone": ("undone", ""),
    "cancelled": ("cancelled", ""),
    "failed": ("failed", ""),
}


def test_uploads_under_way_stand_where_they_can_go_on_from(
    small: Path, new_site: SiteMaker, tmp_path: Path
) -> None:
    with zipfile.ZipFile(small) as archive:
        line = archive.read("tables/uploads_upload.jsonl")
        tables = json.loads(archive.read("manifest.json"))["tables"]
    columns = next(table["columns"] for table in tables if table["table"] == "uploads_upload")
    upload = dict(zip(columns, json.loads(line), strict=True))
    ids = {str(UUID(int=UUID(upload["id"]).int + 1 + number)): state for number, state in enumerate(State)}
    lines = [upload, *(upload | {"id": pk, "state": state} for pk, state in ids.items())]
    new = b"".join(json.dumps(list(one.values())).encode() + b"\n" for one in lines)
    site = new_site()
    made = with_table(small, tmp_path / "under-way.zip", "uploads_upload", line, new)
    assert site.openpars("restore", str(made)).returncode == 0
    assert site.openpars("backup", str(tmp_path / "again.zip")).returncode == 0
    rows = contents(tmp_path / "again.zip")["tables"]["uploads_upload"]
    found = {row["id"]: row for row in (dict(zip(columns, row, strict=True)) for row in rows)}
    told = {
        state: (found[pk]["state"], found[pk]["problem"].removeprefix(SINCE)) for pk, state in ids.items()
    }
    assert told == AFTERWARDS


def test_what_was_here_before_is_gone_and_activities_are_found(
    small: Path, new_site: SiteMaker, tmp_path: Path
) -> None:
    site = new_site()
    assert site.openpars("restore", str(small)).returncode == 0
    sent = tmp_path / "sent.txt"
    sent.write_bytes(IMPORTED.replace(b"BACKED-UP", b"AFTERWARDS"))
    assert site.openpars("import", str(sent), "--provider", "0000001").returncode == 0
    asked(
        site,
        "from uuid import uuid4; from openpars.accounts.models import Provider\n"
        "from openpars.activities.models import Plan; from openpars.jobs.models import Job\n"
        "Plan.objects.create(key=uuid4(), provider=Provider.objects.first(), rulebook_version='1',"
        " day='2026-03-10', zone='UTC'); Job.objects.create(kind='uploads.check')",
    )
    assert len(stored_in(site)) == 2
    assert site.openpars("restore", str(small), "--replace").returncode == 0
    assert stored_in(site) == set(contents(small)["stored"])
    said = asked(
        site,
        "from openpars.activities import trigrams; from openpars.activities.models import Plan\n"
        "from openpars.jobs.models import Job\n"
        "print(trigrams.candidates(['backed-up'], provider_id=None),"
        " trigrams.candidates(['afterwards'], provider_id=None), Plan.objects.count(), Job.objects.count())",
    )
    assert said == f"[{contents(small)['last']}] [] 0 0\n"


def test_a_file_that_the_storage_has_lost_stops_no_backup(
    small: Path, new_site: SiteMaker, tmp_path: Path
) -> None:
    site = new_site()
    assert site.openpars("restore", str(small)).returncode == 0
    (name,) = stored_in(site)
    (site.folder / "files" / name).unlink()
    done = site.openpars("backup", str(tmp_path / "again.zip"))
    assert (done.returncode, name in done.stderr) == (0, True), done
    assert contents(tmp_path / "again.zip") == contents(small) | {"stored": {}}
    assert new_site().openpars("restore", str(tmp_path / "again.zip")).returncode == 0


def test_a_restored_site_runs_and_goes_on_counting(restored: Site, backup: Path, tmp_path: Path) -> None:
    running = launch(restored, "--demo", log=tmp_path / "log.txt").wait()
    running.stop()
    assert len(sign_ins(running.printed)) == len(contents(backup)["tables"]["accounts_person"])
    made = restored.openpars(
        *("createuser", "new@test.example", "--name", "New", "--provider", "9000001"),
        OPENPARS_PASSWORD="correct horse battery staple",
    )
    assert made.returncode == 0, made
