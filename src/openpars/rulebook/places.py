"""Reading places: the state as its country asks, and old codes that stand for a further answer."""

from collections.abc import Mapping
from typing import Any

from openpars.rulebook.fields import FIELDS
from openpars.rulebook.kinds.trouble import Trouble
from openpars.rulebook.notes import Notes
from openpars.rulebook.vocabularies import VOCABULARIES, label


def add_implied(values: dict[str, Any], prefix: str, notes: Notes) -> None:
    """Add the answers that an old code stands for: IL is a Live Course, and Live-Streamed besides."""
    for old, name, implied in notes.implied:
        given = values.get(name)
        if FIELDS[name].multiple:
            values[name] = given if given and implied in given else [*(given or ()), implied]
        elif given is None and prefix + name not in notes.rejected:
            values[name] = implied
        elif given is not None:
            match = VOCABULARIES["states"].match(given)
            if match and match.code == implied:
                continue
            notes.refuse(prefix + name, given, Trouble("differs", territory=label("states", implied) or old))
            values[name] = None


def settle_place(values: dict[str, Any], raw: Mapping[str, Any], prefix: str, notes: Notes) -> None:
    """Read the state as the country asks: one of the list in the USA, free text elsewhere."""
    country = values.get("country")
    if country is not None and country != "USA":
        return
    match = VOCABULARIES["states"].match(values["state"]) if values["state"] else None
    if match:
        values["state"] = match.code
    elif country == "USA":
        notes.refuse(prefix + "state", raw.get("state", values["state"]), Trouble("unknown"))
        values["state"] = None
