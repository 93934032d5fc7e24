"""Reading text: one line, many lines, identifiers and web addresses."""

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from openpars.rulebook.kinds.trouble import Parse, Trouble, text_of, visible

# Control characters, halves of surrogate pairs and what XML cannot hold, together with the signs that
# stand for them in an answer that was refused: a refused answer must not pass when it is sent again.
_UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u2400-\u2426\ud800-\udfff\ufffd-\uffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\u2028\u2029]")
_BLANKS = " \t\n\ufeff"
_URL = re.compile(r"https?://[^\s/?#@\\]+(?:[/?#][^\s<>\"{}|\\^`]*)?", re.IGNORECASE)
_USUAL_URL = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:[/?#][\w!#$%&'()*+,./:;=?@\[\]~-]*)?",
    re.IGNORECASE | re.ASCII,
)
_PLAIN_HOST = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")


def line(max_length: int, *, identifier: bool = False) -> Parse:
    """Return a reader of one line: NFC, runs of white space made one space, at most `max_length` characters.

    An `identifier` may hold no invisible characters, because two that look alike must be the same.
    """

    def parse(raw: Any) -> str | None:
        text = raw if type(raw) is str else _as_text(raw)
        if text.isascii() and text.isprintable():
            text = text.strip() if "  " not in text else " ".join(text.split())
        else:
            text = _composed(" ".join(_storable(text).split()), max_length).strip(_BLANKS)
            if identifier and any(unicodedata.category(letter) == "Cf" for letter in text):
                raise Trouble("invisible_characters")
        return _fitting(text, max_length) or None

    return parse


def lines(max_length: int) -> Parse:
    """Return a reader of text of many lines: NFC, plain newlines, at most `max_length` characters."""

    def parse(raw: Any) -> str | None:
        text = raw if type(raw) is str else _as_text(raw)
        if text.isascii() and text.isprintable():
            text = text.strip()
        else:
            text = _composed(_storable(text).strip(), max_length).strip().strip(_BLANKS)
        return _fitting(text, max_length) or None

    return parse


def web_address(max_length: int) -> Parse:
    """Return a reader of http(s) addresses; `www.example.org` is taken as https."""
    one_line = line(max_length)

    def parse(raw: Any) -> str | None:
        text = one_line(raw)
        if text is None:
            return None
        if text[:4].lower() == "www.":
            text = _fitting(f"https://{text}", max_length)
        if _USUAL_URL.fullmatch(text):
            return str(text)
        if not (_URL.fullmatch(text) and text.isprintable() and _has_host(text)):
            raise Trouble("not_a_web_address")
        return str(text)

    return parse


def _as_text(raw: Any) -> str:
    if raw is None:
        return ""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Trouble("not_text")
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        # Spreadsheets hand over 12 as 12.0.
        return str(int(raw))
    return text_of(raw)


def _storable(text: str) -> str:
    text = _LINE_ENDS.sub("\n", text)
    if bad := _UNSTORABLE.search(text):
        raise Trouble("control_characters", symbol=visible(bad.group()))
    return text


def _composed(text: str, max_length: int) -> str:
    """Return the text in NFC, which takes quadratic time over accents piled on one letter.

    So it is not tried on a text that cannot get short enough: at most four characters become one.
    """
    return unicodedata.normalize("NFC", text if len(text) <= 4 * max_length else _fitting(text, max_length))


def _fitting(text: str, max_length: int) -> str:
    if len(text) > max_length:
        raise Trouble(
            "too_long",
            length=f"{len(text):,}",
            limit=f"{max_length:,}",
            over=_characters(len(text) - max_length),
        )
    return text


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count:,} characters"


def _has_host(text: str) -> bool:
    try:
        parts = urlsplit(text)
        # Reading the port raises where it is none.
        return bool(parts.hostname and (parts.port is None or parts.port > 0)) and bool(
            _PLAIN_HOST.fullmatch(parts.hostname or "")
        )
    except ValueError:
        return False
