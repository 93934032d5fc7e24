"""The headerless layouts of earlier years, spelled out column by column."""

from collections.abc import Sequence

WHAT = ("Grand Rounds", "03/04/2014", "Chicago", "IL", "USA", "Direct", "C", "1", "12", "0", "Yes")
"""Title, date, city, state, country, providership, type, hours, physicians, others, commercial support."""
CONTENT = ("", "1", "What was learned.")
"""Joint providers, credits, description."""
MONETARY = ("Demo Devices Company", "12500", "", "", "", "", "", "")
IN_KIND = ("Demo Instruments Company", "", "Yes", "", "", "", "", "")
"""One supporter: source, amount, and six kinds of help in kind."""


def row_b(*supporters: Sequence[str]) -> list[str]:
    """Return a row of Template B (2011-2013): 42 columns, then the supporters."""
    return [
        "B",
        "",
        "G-1",
        "2014",
        *WHAT,
        *_filled(14),
        *_filled(7),
        *CONTENT,
        *_filled(3),
        *_flat(supporters),
    ]


def row_c(*supporters: Sequence[str]) -> list[str]:
    """Return a row of Template C (2014): 58 columns, then the supporters."""
    return ["C", *row_b()[1:], *_filled(16), *_flat(supporters)]


def row_d(*supporters: Sequence[str]) -> list[str]:
    """Return a row of Template D (2015 and later): 47 columns, then the supporters."""
    return [
        "D",
        "",
        "G-1",
        "2014",
        *WHAT,
        *_filled(6),
        *_filled(7),
        *CONTENT,
        *_filled(16),
        *_flat(supporters),
    ]


def row_pre_2011(*supporters: Sequence[str]) -> list[str]:
    """Return a row of the template before 2011, which has no letter: 35 columns, then the supporters."""
    return [
        "2010",
        "G-1",
        "",
        *WHAT[:1],
        "03/04/2010",
        *WHAT[2:],
        *_filled(2),
        *_filled(6),
        *_filled(7),
        *CONTENT,
        *_filled(3),
        *_flat(supporters),
    ]


def text(*rows: Sequence[str]) -> bytes:
    """Return rows as the tab-delimited text of those years."""
    return "".join("\t".join(row) + "\r\n" for row in rows).encode()


def stamped_counts(*rows: Sequence[str]) -> bytes:
    """Return learner counts below no headings, each row with the stamp of our own template."""
    return text(*(("OpenPARS L1", *row) for row in rows))


def _filled(count: int) -> list[str]:
    return [""] * count


def _flat(supporters: Sequence[Sequence[str]]) -> list[str]:
    return [cell for supporter in supporters for cell in supporter]
