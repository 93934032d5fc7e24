"""Rules about answers that have to fit together, within an activity and within one further instance."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from openpars.rulebook.conditions import compiled
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.kinds.dates import as_date, spoken, years_later
from openpars.rulebook.paths import root
from openpars.rulebook.rules import RULES, finding
from openpars.rulebook.steps.basic_information import IN_PERSON, INSTANCE_IN_PERSON, REPEATED
from openpars.rulebook.vocabularies import VOCABULARIES, label, terms

Answers = Mapping[str, Any]
Judge = Callable[[Answers], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class CrossRule:
    """A rule over several answers: a function that yields its findings.

    `names` are the answers it rests on: relative to the list's entry that a finding is about, or the
    activity's own where they begin with "/". `tops` are the activity's fields they belong to. `hinders` is
    the stage the activity cannot reach meanwhile. Without an answer to `about` it has nothing to say.
    """

    id: str
    stage: Stage
    hinders: Stage | None
    names: tuple[str, ...]
    tops: frozenset[str]
    about: str
    judge: Judge


def _rule(rule_id: str, judge: Judge, names: tuple[str, ...], *, about: str) -> CrossRule:
    stage = RULES[rule_id].stage
    return CrossRule(
        id=rule_id,
        stage=stage,
        # What should never have been stored keeps an activity a draft; a mere warning keeps it from nothing.
        hinders={Stage.VALID: Stage.ACTIVE, Stage.CONFIRM: None}.get(stage, stage),
        names=names,
        tops=frozenset(root(path) for path in RULES[rule_id].fields),
        about=about,
        judge=judge,
    )


_offered: Final = {
    term.code: frozenset(method.code for method in terms("delivery_methods", of=term.code))
    for term in terms("formats")
    if any(term.code in method.of for method in terms("delivery_methods"))
}
_states: Final = frozenset(VOCABULARIES["states"].by_code)
_boards: Final = VOCABULARIES["boards"].by_code
_asks_place: Final = compiled(IN_PERSON)
_instance_asks_place: Final = compiled(INSTANCE_IN_PERSON)
_repeated: Final = compiled(REPEATED)


def _entries(answers: Answers, name: str) -> Sequence[tuple[str, Answers]]:
    """Return each entry of a list of groups with its path."""
    items = answers.get(name)
    if not items or not isinstance(items, list):
        return ()
    return [(f"{name}.{position}", item) for position, item in enumerate(items) if isinstance(item, dict)]


def _instances(answers: Answers) -> Sequence[tuple[str, Answers]]:
    return _entries(answers, "instances") if answers.get("instances") and _repeated(answers, answers) else ()


def _end_before_start(answers: Answers) -> Iterator[Finding]:
    return _ends_before_it_starts(answers, "end_date", "activity.end_date.before_start")


def _instance_ends_before_start(answers: Answers) -> Iterator[Finding]:
    for path, item in _instances(answers):
        yield from _ends_before_it_starts(
            item, f"{path}.end_date", "activity.instances.end_date.before_start"
        )


def _ends_before_it_starts(here: Answers, path: str, rule: str) -> Iterator[Finding]:
    start, end = here.get("start_date"), here.get("end_date")
    # Canonical dates compare as text, which spares reading them where all is well.
    if isinstance(start, str) and isinstance(end, str) and end < start:
        first, last = as_date(start), as_date(end)
        if first and last:
            yield finding(rule, path=path, value=spoken(last), start=spoken(first))


def _over_12_months(answers: Answers) -> Iterator[Finding]:
    if answers.get("format") not in (None, "EM"):
        yield from _over(answers, 1, "end_date", "activity.end_date.over_12_months")


def _over_3_years(answers: Answers) -> Iterator[Finding]:
    if answers.get("format") == "EM":
        yield from _over(answers, 3, "end_date", "activity.end_date.over_3_years")


def _instance_over_12_months(answers: Answers) -> Iterator[Finding]:
    for path, item in _instances(answers):
        yield from _over(item, 1, f"{path}.end_date", "activity.instances.end_date.over_12_months")


def _over(here: Answers, years: int, path: str, rule: str) -> Iterator[Finding]:
    start, end = here.get("start_date"), here.get("end_date")
    if isinstance(start, str) and isinstance(end, str) and start[:4] != end[:4]:
        first, last = as_date(start), as_date(end)
        if first and last and last > (limit := years_later(first, years)):
            yield finding(rule, path=path, value=spoken(last), limit=spoken(limit))


def _not_offered(answers: Answers) -> Iterator[Finding]:
    code = answers.get("format")
    offered = _offered.get(code) if isinstance(code, str) else None
    if offered is None:
        return
    for path, here in (("", answers), *_instances(answers)):
        methods = here.get("delivery_methods")
        for method in methods if isinstance(methods, list) else ():
            if isinstance(method, str) and method not in offered:
                yield finding(
                    "activity.delivery_methods.not_offered",
                    path=f"{path}.delivery_methods".lstrip("."),
                    value=method,
                    format=label("formats", str(code)),
                    offered=" and ".join(term.label for term in terms("delivery_methods", of=code)),
                )


def _state_unknown(answers: Answers) -> Iterator[Finding]:
    if _has_no_such_state(answers) and _asks_place(answers, answers):
        yield finding("activity.state.unknown", path="state", value=answers["state"])
    for path, item in _instances(answers):
        if _has_no_such_state(item) and _instance_asks_place(item, answers):
            yield finding("activity.state.unknown", path=f"{path}.state", value=item["state"])


def _has_no_such_state(here: Answers) -> bool:
    state = here.get("state")
    return here.get("country") == "USA" and isinstance(state, str) and state != "" and state not in _states


def _internal_id_repeated(answers: Answers) -> Iterator[Finding]:
    own = answers.get("internal_id")
    seen = {own} if isinstance(own, str) else set()
    for path, item in _instances(answers):
        name = item.get("internal_id")
        if isinstance(name, str) and name:
            if name in seen:
                yield finding(
                    "activity.instances.internal_id.repeated", path=f"{path}.internal_id", value=name
                )
            seen.add(name)


def _board_not_yet(answers: Answers) -> Iterator[Finding]:
    for path, item in _entries(answers, "collaborations"):
        board = item.get("board")
        term = _boards.get(board) if isinstance(board, str) and item.get("kind") == "moc" else None
        if term and term.since:
            start = as_date(answers.get("start_date"))
            if start and not term.stands_on(start):
                yield finding(
                    "activity.collaborations.board.not_yet",
                    path=f"{path}.board",
                    value=term.code,
                    since=spoken(term.since),
                )


def _board_repeated(answers: Answers) -> Iterator[Finding]:
    yield from _repeats(
        answers, "collaborations", "board", "activity.collaborations.board.repeated", _board_of
    )


def _collaboration_repeated(answers: Answers) -> Iterator[Finding]:
    yield from _repeats(
        answers, "collaborations", "kind", "activity.collaborations.kind.repeated", _program_of
    )


def _outcome_repeated(answers: Answers) -> Iterator[Finding]:
    yield from _repeats(answers, "outcomes", "outcome", "activity.outcomes.outcome.repeated", _outcome_of)


def _repeats(
    answers: Answers, name: str, inner: str, rule: str, key_of: Callable[[Answers], tuple[str, ...] | None]
) -> Iterator[Finding]:
    """Yield a finding for each entry that names the same thing as an earlier one."""
    seen: set[tuple[str, ...]] = set()
    for path, item in _entries(answers, name):
        key = key_of(item)
        if key is None:
            continue
        if key in seen:
            yield finding(rule, path=f"{path}.{inner}", value=key[0])
        seen.add(key)


def _board_of(item: Answers) -> tuple[str, ...] | None:
    board = item.get("board")
    return (board,) if item.get("kind") == "moc" and isinstance(board, str) else None


def _program_of(item: Answers) -> tuple[str, ...] | None:
    if item.get("kind") == "mips":
        return ("mips",)
    program = (item.get("rems_type"), item.get("rpc_id"))
    if item.get("kind") == "rems" and all(isinstance(part, str) for part in program):
        return ("rems", *map(str, program))
    return None


def _outcome_of(item: Answers) -> tuple[str, ...] | None:
    outcome = item.get("outcome")
    return (outcome,) if isinstance(outcome, str) else None


def _support_not_expected(answers: Answers) -> Iterator[Finding]:
    if answers.get("support_received") is False and answers.get("support"):
        yield finding("activity.support.not_expected", path="support_received")


def _board_without_passport(answers: Answers) -> Iterator[Finding]:
    if answers.get("on_passport") is False and any(
        item.get("kind") == "moc" for _, item in _entries(answers, "collaborations")
    ):
        yield finding("activity.collaborations.not_on_passport", path="on_passport")


CROSS_RULES: Final[tuple[CrossRule, ...]] = (
    _rule("activity.end_date.before_start", _end_before_start, ("start_date", "end_date"), about="end_date"),
    _rule(
        "activity.end_date.over_12_months",
        _over_12_months,
        ("format", "start_date", "end_date"),
        about="end_date",
    ),
    _rule(
        "activity.end_date.over_3_years",
        _over_3_years,
        ("format", "start_date", "end_date"),
        about="end_date",
    ),
    _rule("activity.delivery_methods.not_offered", _not_offered, ("/format",), about="format"),
    # Without a format no place is asked for, nor further instances.
    _rule("activity.state.unknown", _state_unknown, ("country", "state"), about="format"),
    _rule(
        "activity.instances.end_date.before_start",
        _instance_ends_before_start,
        ("start_date", "end_date"),
        about="instances",
    ),
    _rule(
        "activity.instances.end_date.over_12_months",
        _instance_over_12_months,
        ("start_date", "end_date"),
        about="instances",
    ),
    _rule(
        "activity.instances.internal_id.repeated",
        _internal_id_repeated,
        ("internal_id", "/internal_id"),
        about="instances",
    ),
    _rule(
        "activity.collaborations.board.not_yet",
        _board_not_yet,
        ("board", "/start_date"),
        about="collaborations",
    ),
    _rule("activity.collaborations.board.repeated", _board_repeated, ("board",), about="collaborations"),
    _rule(
        "activity.collaborations.kind.repeated",
        _collaboration_repeated,
        ("kind", "rems_type", "rpc_id"),
        about="collaborations",
    ),
    _rule(
        "activity.collaborations.not_on_passport",
        _board_without_passport,
        ("on_passport",),
        about="collaborations",
    ),
    _rule("activity.outcomes.outcome.repeated", _outcome_repeated, ("outcome",), about="outcomes"),
    _rule("activity.support.not_expected", _support_not_expected, ("support_received",), about="support"),
)
"""Every rule about answers that have to fit together, in form order."""


def misfits(answers: Answers) -> Iterator[tuple[CrossRule, Finding]]:
    """Yield every finding about answers that do not fit together, with its rule, in form order."""
    for rule in CROSS_RULES:
        if answers.get(rule.about):
            for found in rule.judge(answers):
                yield rule, found
