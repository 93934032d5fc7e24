"""What became of activities that were sent to the PARS dialect's web service: one result for each, in XML and JSON."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, TypedDict

from openpars.formats.elements import Element
from openpars.rulebook.findings import Stage
from openpars.rulebook.lifecycle import Phase, Status

NAMESPACE: Final = "urn:openpars:results:1"
PREFIX: Final = "r"

Became = Literal["created", "updated", "unchanged", "deleted", "refused"]


class Result(TypedDict, total=False):
    """What became of one activity, by the names of the elements.

    `Position` counts from 1, in the order in which they were sent. `Finding` holds findings in the plain JSON
    of the contract, `NotClosed` those that say why it was saved and not closed. What is not known is absent.
    """

    Position: int
    Result: Became
    ActivityID: str
    ProviderActivityID: str
    Status: str
    Phase: str
    Revision: int
    Finding: list[Mapping[str, Any]]
    NotClosed: list[Mapping[str, Any]]


def _leaf(name: str, **details: Any) -> Element:
    return Element(name, f"{PREFIX}:{name}", **details)


_FINDING: Final = (
    _leaf("rule", always=True),
    _leaf("stage", values=tuple(stage.value for stage in Stage), always=True),
    _leaf("blocks", kind="boolean", always=True),
    _leaf("path", always=True),
    _leaf("value"),
    _leaf("message", always=True),
    _leaf("mend", always=True),
    _leaf("pointer", always=True),
)
RESULT: Final = _leaf(
    "ActivityResult",
    many=True,
    parts=(
        _leaf("Position", kind="count", always=True),
        _leaf("Result", values=("created", "updated", "unchanged", "deleted", "refused"), always=True),
        _leaf("ActivityID"),
        _leaf("ProviderActivityID"),
        _leaf("Status", values=tuple(status.value for status in Status)),
        _leaf("Phase", values=tuple(phase.value for phase in Phase)),
        _leaf("Revision", kind="count"),
        _leaf("Finding", many=True, parts=_FINDING),
        _leaf("NotClosed", many=True, parts=_FINDING),
    ),
)
"""What became of one activity, with every element it can have, in the order in which they are written."""
RESULTS: Final = _leaf("ActivityResults", parts=(RESULT,))
"""The document that holds them."""


def document(results: Iterable[Result]) -> dict[str, Any]:
    """Return results as the dialect says them in JSON."""
    return {RESULTS.name: {RESULT.name: list(results)}}
