"""Reading numbers: credits and points in quarters, whole numbers, whole US dollars; and yes or no."""

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from openpars.rulebook.kinds.dates import plain_digits
from openpars.rulebook.kinds.trouble import Parse, Trouble

_NUMBER = re.compile(r"([+-]?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)", re.ASCII)
_DOLLARS = re.compile(r"^([+-]?)\s*(?:US\s*\$|USD|\$)\s*|\s*(?:USD|US\s*\$|\$)$", re.IGNORECASE)
_LONGEST = 40
_HUGE = 10**15

_YES = frozenset({"yes", "y", "true", "t", "1", "on"})
_NO = frozenset({"no", "n", "false", "f", "0", "off"})


def steps_of(step: str, *, minimum: str, maximum: str) -> Parse:
    """Return a reader of numbers in steps; the answer is decimal text without needless zeros: "10.5"."""
    width, least, most = Decimal(step), Decimal(minimum), Decimal(maximum)

    def parse(raw: Any) -> str | None:
        number = _decimal(raw)
        if number is None:
            return None
        _within(number, least, most)
        if number % width:
            raise Trouble("step")
        return f"{number.normalize():f}"

    return parse


def whole(*, minimum: str, maximum: str, dollars: bool = False) -> Parse:
    """Return a reader of whole numbers, with `dollars` also of "$12,500.00"."""
    least, most = Decimal(minimum), Decimal(maximum)

    def parse(raw: Any) -> int | None:
        if dollars and isinstance(raw, str) and len(raw) <= _LONGEST:
            raw = _DOLLARS.sub(r"\1", raw.strip())
        number = _decimal(raw)
        if number is None:
            return None
        _within(number, least, most)
        if number != number.to_integral_value():
            raise Trouble("not_whole")
        return int(number)

    return parse


def yes_or_no(raw: Any) -> bool | None:
    """Read a yes or a no, as true, "Yes", "y", 1 and their opposites."""
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, int | float) and raw in (0, 1):
        return raw == 1
    if isinstance(raw, str):
        word = raw.strip().casefold()
        if not word:
            return None
        if word in _YES:
            return True
        if word in _NO:
            return False
    raise Trouble("not_yes_no")


def _within(number: Decimal, least: Decimal, most: Decimal) -> None:
    if number < least:
        raise Trouble("too_small", limit=f"{least:,}")
    if number > most:
        raise Trouble("too_large", limit=f"{most:,}")


def _decimal(raw: Any) -> Decimal | None:
    if raw is None:
        return None
    if isinstance(raw, str):
        # Long text is no number, and not worth remembering.
        return _decimal_text(raw.strip()[: _LONGEST + 1])
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Trouble("not_a_number")
    if isinstance(raw, float) and not math.isfinite(raw):
        raise Trouble("not_a_number")
    if abs(raw) > _HUGE:
        # Above every maximum: no digit of it matters any more.
        return Decimal(_HUGE) if raw > 0 else Decimal(-_HUGE)
    return Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)


@lru_cache(maxsize=4096)
def _decimal_text(raw: str) -> Decimal | None:
    text = raw.strip("\ufeff").strip()
    if not text:
        return None
    if len(text) > _LONGEST:
        raise Trouble("not_a_number")
    match = _NUMBER.fullmatch(plain_digits(text))
    if match is None:
        raise Trouble("not_a_number")
    return Decimal(match[1] + match[2].replace(",", ""))
