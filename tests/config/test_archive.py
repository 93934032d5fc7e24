import hashlib
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.config.conftest import POSTGRES, Running, Site, SiteMaker, launch, sign_ins


def contents(file: Path) -> dict[str, Any]:
    """Everything a backup holds, apart from when and of what it was made."""
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        tables = {
            table["table"]: [json.loads(line) for line in archive.open(f"tables/{table['table']}.jsonl")]
            for table in manifest["tables"]
        }
        files = {name: archive.read(f"files/{name}") for name in manifest["files"]}
    # The last ID given is in a table on SQLite only.
    del tables["activities_activitynumber"]
    return {"tables": tables, "files": files, "last": manifest["last_activity_id"]}


@pytest.fixture(scope="session")
def backup(demo: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the demo, made while it runs."""
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
    if postgres != POSTGRES:
        assert new_site().openpars("restore", str(again)).returncode == 0


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
}


def test_a_changed_backup_is_refused_before_anything_is_touched(
    backup: Path, new_site: SiteMaker, tmp_path: Path
) -> None:
    site = new_site()
    for words, change in BAD.items():
        done = site.openpars("restore", str(changed(backup, tmp_path / "bad.zip", *change)))
        assert (done.returncode, words in done.stderr) == (1, True), done
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


def test_rows_that_do_not_fit_leave_everything_as_it_was(
    backup: Path, restored: Site, tmp_path: Path
) -> None:
    with zipfile.ZipFile(backup) as archive:
        lines = archive.read("tables/accounts_contact.jsonl")
        manifest = json.loads(archive.read("manifest.json"))
    role = lines.replace(b'"viewer"', b'"sovereign"')
    table = next(one for one in manifest["tables"] if one["table"] == "accounts_contact")
    bad = tmp_path / "bad.zip"
    half = changed(backup, tmp_path / "half.zip", "tables/accounts_contact.jsonl", lines, role)
    sums = (table["sha256"].encode(), hashlib.sha256(role).hexdigest().encode())
    changed(half, bad, "manifest.json", *sums)
    done = restored.openpars("restore", str(bad), "--replace")
    assert (done.returncode, "do not fit this version" in done.stderr) == (1, True), done
    assert restored.openpars("backup", str(tmp_path / "still.zip")).returncode == 0
    assert contents(tmp_path / "still.zip") == contents(backup)


def test_a_restored_site_runs_and_goes_on_counting(restored: Site, backup: Path, tmp_path: Path) -> None:
    running = launch(restored, "--demo", log=tmp_path / "log.txt").wait()
    running.stop()
    assert len(sign_ins(running.printed)) == len(contents(backup)["tables"]["accounts_person"])
    made = restored.openpars(
        *("createuser", "new@test.example", "--name", "New", "--provider", "9000001"),
        OPENPARS_PASSWORD="correct horse battery staple",
    )
    assert made.returncode == 0, made
