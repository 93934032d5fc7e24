"""Whether an index on disk is whole: every file of its last commit is there, and holds what was written."""

from __future__ import annotations

import zlib
from pathlib import Path

import msgspec

#: The end of every file of a segment: a note in JSON with the checksum of all before it, how many bytes the note
#: has, and a number that says that this is such an end.
_NUMBER = 4
_MARK = (1337).to_bytes(_NUMBER, "little")
#: What every segment has.
_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")
_BLOCK = 1 << 20


def is_whole(generation: Path) -> bool:
    """Say whether the last commit of the index in this folder can be read. Reads all of its files once."""
    try:
        commit = msgspec.json.decode((generation / "meta.json").read_bytes())
        return all(_is_sound(path) for segment in commit["segments"] for path in _files(generation, segment))
    except (OSError, msgspec.DecodeError, KeyError, TypeError, ValueError):
        return False


def _files(generation: Path, segment: dict[str, object]) -> list[Path]:
    name = str(segment["segment_id"]).replace("-", "")
    files = [generation / f"{name}.{part}" for part in _PARTS]
    match segment["deletes"]:
        case {"opstamp": int(stamp)}:
            files.append(generation / f"{name}.{stamp}.del")
    return files


def _is_sound(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 2 * _NUMBER))
        length, mark = file.read(_NUMBER), file.read(_NUMBER)
        start = size - 2 * _NUMBER - int.from_bytes(length, "little")
        if mark != _MARK or start < 0:
            return False
        file.seek(start)
        note = msgspec.json.decode(file.read(size - 2 * _NUMBER - start))
        file.seek(0)
        checksum = 0
        while start > 0 and (block := file.read(min(_BLOCK, start))):
            checksum, start = zlib.crc32(block, checksum), start - len(block)
        return bool(note["crc"] == checksum)
