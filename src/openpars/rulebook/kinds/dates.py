"""Reading dates, and counting years from one."""

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from openpars.rulebook.kinds.trouble import Parse, Trouble

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_TIME = r"(?:[T\s,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AP]M)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})" + _TIME, re.IGNORECASE)
# No points between: who writes 4.3.2026 most often means the 4th of March.
_US = re.compile(r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{4}|\d{2})" + _TIME, re.IGNORECASE)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_NAMED_US = re.compile(
    _WEEKDAY + r"(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _TIME,
    re.IGNORECASE,
)
_NAMED = re.compile(
    _WEEKDAY
    + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?(?P<name>[a-z]{3,9})\.?,?[\s-]+(?P<year>\d{4})"
    + _TIME,
    re.IGNORECASE,
)
_LONGEST = 60


def day(minimum: str, maximum: str) -> Parse:
    """Return a reader of dates between two ISO dates: ISO, or as written in the United States.

    The time of day is left out, so that nothing shifts a date across midnight. The answer is an ISO date.
    """
    earliest, latest = date.fromisoformat(minimum), date.fromisoformat(maximum)

    def parse(raw: Any) -> str | None:
        if type(raw) is str and len(raw) == 10 and minimum <= raw <= maximum:
            # The usual case first: the canonical form itself.
            try:
                if (value := date.fromisoformat(raw).isoformat()) == raw:
                    return value
            except ValueError:
                pass
        found = _found(raw)
        if found is None:
            return None
        if found < earliest:
            raise Trouble("too_early", limit=spoken(earliest))
        if found > latest:
            raise Trouble("too_late", limit=spoken(latest))
        return found.isoformat()

    return parse


def years_later(start: date, years: int) -> date:
    """Return the same calendar day so many years later; 29 February becomes the 28th where there is none."""
    if start.year + years > date.max.year:
        return date.max
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)


def spoken(value: date) -> str:
    """Return the date as people in the United States write it: March 4, 2026."""
    return f"{_MONTHS[value.month - 1].capitalize()} {value.day}, {value.year}"


def as_date(value: Any) -> date | None:
    """Return a stored ISO date as a date, None for anything else."""
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _found(raw: Any) -> date | None:
    if raw is None:
        return None
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if not isinstance(raw, str):
        raise Trouble("not_a_date")
    text = raw.strip()
    # Long text is no date, and not worth remembering.
    return _written(text[: _LONGEST + 1])


@lru_cache(maxsize=4096)
def _written(raw: str) -> date | None:
    text = plain_digits(raw.strip("\ufeff").strip())
    if not text:
        return None
    if len(text) > _LONGEST:
        raise Trouble("not_a_date")
    for pattern in (_ISO, _US, _NAMED_US, _NAMED):
        if match := pattern.fullmatch(text):
            return _on_calendar(match.groupdict())
    raise Trouble("not_a_date")


def _on_calendar(parts: dict[str, str]) -> date:
    month = _month(parts["name"]) if "name" in parts else int(parts["month"])
    year = int(parts["year"])
    # Nothing here is older than 2005, so two digits can only mean this century.
    try:
        return date(year + 2000 if len(parts["year"]) == 2 else year, month, int(parts["day"]))
    except ValueError:
        raise Trouble("no_such_day") from None


def _month(name: str) -> int:
    for number, month in enumerate(_MONTHS, start=1):
        if month.startswith(name.lower()) or name.lower() == "sept" == month[:4]:
            return number
    raise Trouble("not_a_date")


def plain_digits(text: str) -> str:
    """Return the text with the digits of every script as 0 to 9, and other spaces as plain ones."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(letter, "")) or (" " if letter.isspace() else letter) for letter in text
    )
