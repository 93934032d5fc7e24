"""The elements of the MEMS/PARS dialect: their names, order, namespaces and kinds, in XML and in its JSON twin.

The order is that of MedBiquitous Medical Education Metrics v2. What the field's own reporting system added, and
what OpenPARS adds, stands inside `XtensibleInfo` in a namespace of ours.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

from openpars.rulebook.fields import ALL_FIELDS
from openpars.rulebook.kinds.trouble import text_of
from openpars.rulebook.vocabularies import VOCABULARIES, folded, label

NAMESPACES: Final = {
    "mems": "http://ns.medbiq.org/metrics/v2/",
    "lom": "http://ltsc.ieee.org/xsd/LOM",
    "hx": "http://ns.medbiq.org/lom/extend/v1/",
    "a": "http://ns.medbiq.org/address/v1/",
    "op": "urn:openpars:activities:1",
}
"""The namespaces we write, by prefix."""
DEFAULT: Final = "mems"
"""The prefix whose namespace is the default one, so that it is written without."""

ROOT: Final = "ACCMEActivities"
ACTIVITY: Final = "MedicalEducationMetrics"
AMA_PRA: Final = "AMA PRA Category 1"

Kind = Literal["text", "boolean", "yes-no", "count", "number", "date", "date-time", "year"]
_MOST_SPELLINGS: Final = 2000
_LONGEST_WORD: Final = 200


class Table:
    """Elements by the names they come under: in any case, in any namespace or in none."""

    def __init__(self, elements: tuple["Element", ...]) -> None:
        self._by_name: dict[str, Element] = {}
        self.known: dict[str, Element] = {}
        """Names that were found already, as they were spelled: the quick way for a reader of many."""
        for element in elements:
            for name in {folded(element.name), folded(local(element.tag)), *map(folded, element.aliases)} - {
                ""
            }:
                if self._by_name.setdefault(name, element) is not element:
                    raise ValueError(f"two elements are called {name}")

    def find(self, name: str) -> "Element | None":
        """Return the element a tag, an attribute or a key names, or None."""
        found = self.known.get(name)
        if found is None:
            found = self._by_name.get(word_of(local(name)))
            if found is not None and len(self.known) < _MOST_SPELLINGS:
                self.known[name] = found
        return found


@dataclasses.dataclass(frozen=True, slots=True)
class Element:
    """One element of an activity.

    - `name` is its key in the JSON twin, `tag` its name in XML with our prefix: `@name` is an attribute, `.`
      the text of the element around it. `aliases` are further names it is read under;
    - a `holder` holds other elements and says nothing itself: what stands in one is found in any;
    - `many` may be repeated; in the JSON twin a `lone` one is written as itself, not as a list of one;
    - `field` is the path of the answer it holds (`support.source`), and `say` turns the answer into what the
      dialect says. `kept` ones have no field, and `told` ones are written and not read;
    - `inner` is the element inside, in which the text stands; an element with `always` is there when empty,
      a `nillable` one without its text is marked `xsi:nil`;
    - `top` elements stand beside the holder they are in, in the JSON twin;
    - `values` are all that can be said.

    `table` finds the parts of a group, `text_part` names the one that is its text, and `answers` the parts that
    hold answers, each with the answer's own name. `attributes` are the parts written so, and `written` is the
    tag as it is written.
    """

    name: str
    tag: str
    kind: Kind = "text"
    parts: tuple["Element", ...] = ()
    holder: bool = False
    many: bool = False
    lone: bool = False
    field: str = ""
    say: Callable[[Any], Any] | None = None
    kept: bool = False
    told: bool = False
    inner: str = ""
    always: bool = False
    nillable: bool = False
    top: bool = False
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    table: Table = dataclasses.field(init=False, repr=False, compare=False)
    text_part: str | None = dataclasses.field(init=False, repr=False, compare=False)
    answers: tuple[tuple[str, str], ...] = dataclasses.field(init=False, repr=False, compare=False)
    attributes: tuple["Element", ...] = dataclasses.field(init=False, repr=False, compare=False)
    written: str = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", Table(() if self.holder else self.parts))
        answers = tuple((part.name, part.field.rpartition(".")[2]) for part in self.parts if part.field)
        object.__setattr__(self, "answers", answers)
        object.__setattr__(self, "attributes", tuple(part for part in self.parts if part.is_attribute))
        object.__setattr__(self, "written", self.tag.removeprefix(f"{DEFAULT}:").lstrip("@"))
        object.__setattr__(self, "text_part", next((part.name for part in self.parts if part.is_text), None))

    @property
    def is_attribute(self) -> bool:
        """Say whether it is written as an attribute."""
        return self.tag.startswith("@")

    @property
    def is_text(self) -> bool:
        """Say whether it is the text of the element around it."""
        return self.tag == "."


def local(name: str) -> str:
    """Return a name without its namespace or prefix: `title` of `{http://…}title` and of `lom:title`."""
    return name.rpartition("}")[2].rpartition(":")[2].lstrip("@.")


def word_of(given: Any) -> str:
    """Return what came in as a short word to compare: without case, spaces and punctuation."""
    return folded((given if isinstance(given, str) else text_of(given))[:_LONGEST_WORD])


def number(answer: str) -> int | float:
    """Return credits or points as the number they are: 10 for "10", 10.5 for "10.5"."""
    value = float(answer)
    return int(value) if value.is_integer() else value


def _midnight(day: str) -> str:
    return f"{day}T00:00:00"


def _label_in(vocabulary: str) -> Callable[[str], str]:
    return lambda code: label(vocabulary, code)


def _curly(text: str) -> str:
    return text.replace("'", "’")


def _leaf(name: str, prefix: str = "op", **details: Any) -> Element:
    details.setdefault("tag", f"{prefix}:{name}")
    path = details.get("field", "")
    if path and "values" not in details and (vocabulary := ALL_FIELDS[path].vocabulary):
        terms = VOCABULARIES[vocabulary]
        # A state is of the list in the United States alone.
        if not terms.open and vocabulary != "states":
            say = details.get("say") or str
            details["values"] = tuple(say(term.code) for term in terms.entries)
    return Element(name, **details)


def _texts(name: str, prefix: str = "op", **details: Any) -> Element:
    return _leaf(name, prefix, many=True, **details)


def _kept(name: str, prefix: str = "op", **details: Any) -> Element:
    return _leaf(name, prefix, kept=True, **details)


def _flag(name: str, prefix: str = "op", **details: Any) -> Element:
    return _leaf(name, prefix, kind="boolean", **details)


def _group(name: str, *parts: Element, prefix: str = "op", **details: Any) -> Element:
    details.setdefault("tag", f"{prefix}:{name}")
    return Element(name, parts=parts, **details)


def _groups(name: str, *parts: Element, **details: Any) -> Element:
    return _group(name, *parts, many=True, **details)


def _holder(name: str, *parts: Element, prefix: str = "op", **details: Any) -> Element:
    return Element(name, f"{prefix}:{name}", parts=parts, holder=True, **details)


def _named_texts(name: str) -> Element:
    return _groups(name, _leaf("name", tag="@name"), _leaf("value", tag="."))


_GENERAL = _holder(
    "general",
    _groups("identifier", _leaf("catalog", "lom"), _leaf("entry", "lom"), prefix="lom"),
    _leaf("title", "lom", field="title", inner="lom:string"),
    _leaf("description", "lom", field="description", inner="lom:string"),
    _groups(
        "keyword",
        _leaf("id", tag="@id"),
        _leaf("source", tag="@source"),
        _leaf("string", "lom"),
        prefix="lom",
        kept=True,
    ),
    prefix="lom",
)

_EDUCATION = _holder(
    "healthcareEducation",
    _groups(
        "credits",
        _leaf("activityCertification", "hx"),
        _texts("nonAccreditedProvider", "hx", field="joint_providers"),
        _leaf("numberOfCredits", "hx", kind="number", field="credits", say=number),
        prefix="hx",
        lone=True,
    ),
    _holder(
        "targetAudience",
        _texts("profession", "hx", inner="lom:string", kept=True),
        _texts("specialty", "hx", inner="lom:string", field="specialties"),
        prefix="hx",
    ),
    _group(
        "activityLocation",
        _leaf("city", tag="a:City", field="city"),
        _leaf("stateOrProvince", tag="a:StateOrProvince", field="state", aliases=("state",)),
        _leaf("country", tag="a:Country", inner="a:CountryCode", field="country", always=True),
        prefix="hx",
    ),
    _leaf("startDateTime", "hx", kind="date-time", field="start_date", say=_midnight),
    _leaf("endDateTime", "hx", kind="date-time", field="end_date", say=_midnight),
    _leaf("activitySponsorship", "hx", field="providership", say=str.lower),
    _leaf("activityFormat", "hx", inner="lom:string", field="format"),
    _leaf("commercialSupport", "hx", kind="yes-no", field="support_received"),
    prefix="hx",
)

_MOC_PARTS = (
    _leaf("boardName", field="collaborations.board", say=str.upper),
    _leaf("mocPoints", kind="number", field="collaborations.points", say=number),
    _texts("MOCCreditType", field="collaborations.credit_types"),
    _leaf("CreditClaimDate", kind="date", field="collaborations.credit_claim_date"),
    _texts("PracticeArea", field="collaborations.practice_areas"),
    _leaf("ContentOutline", field="collaborations.content_outline"),
    _leaf("BoardActivityID", field="collaborations.board_activity_id"),
    _flag("Attested", field="collaborations.attested"),
    _leaf("AttestedBy", field="collaborations.attested_by"),
)
_REMS_PARTS = (
    _leaf("REMSType", field="collaborations.rems_type"),
    _leaf("REMSRelatedIdentifier", field="collaborations.rpc_id"),
)

_OUR_OWN = _group(
    "OpenPARS",
    _leaf("Version", values=("1",)),
    _leaf("Status", told=True),
    _leaf("Phase", told=True),
    _leaf("Revision", kind="count", told=True),
    _leaf("NumberOfSessions", kind="count", field="sessions"),
    _flag("Repeated", field="repeated"),
    _groups(
        "Instance",
        _leaf("StartDate", kind="date", field="instances.start_date"),
        _leaf("EndDate", kind="date", field="instances.end_date"),
        _texts("DeliveryMethod", field="instances.delivery_methods"),
        _leaf("City", field="instances.city"),
        _leaf("State", field="instances.state"),
        _leaf("Country", field="instances.country"),
        _leaf("InternalID", field="instances.internal_id"),
        field="instances",
    ),
    _flag("Commendation", field="commendation"),
    _leaf("CountsAsOf", kind="date", field="counts_as_of"),
    _groups(
        "YearlyCount",
        _leaf("AsOf", kind="date"),
        _leaf("Physicians", kind="count"),
        _leaf("OtherLearners", kind="count"),
        told=True,
    ),
    # These two are written where the elements of the field cannot say the same, and then go before them.
    _groups(
        "Support",
        _leaf("Kind", field="support.kind"),
        _leaf("Source", field="support.source"),
        _leaf("Amount", kind="count", field="support.amount"),
        field="support",
    ),
    _groups(
        "Collaboration",
        _leaf("Kind", field="collaborations.kind"),
        *_MOC_PARTS,
        *_REMS_PARTS,
        field="collaborations",
    ),
    _named_texts("Legacy"),
    _named_texts("Extra"),
)

_XTENSIBLE_INFO = _holder(
    "XtensibleInfo",
    _kept("ProviderID"),
    _flag("isInterprofessional", kept=True),
    _holder(
        "CommendationTags",
        _texts(
            "CommendationTag",
            field="commendation_criteria",
            say=_label_in("commendation_criteria"),
        ),
    ),
    _holder("InKindSupports", _groups("InKindSupport", _leaf("source", field="support.source"))),
    _holder("DeliveryMethods", _texts("DeliveryMethod", field="delivery_methods")),
    _groups(
        "MeasuredOutcomes",
        _leaf("MeasuredOutcome", field="outcomes.outcome"),
        _texts("MeasurementType", field="outcomes.measurement_types"),
        field="outcomes",
    ),
    _holder("MOCRegistrations", _groups("MOCRegistration", *_MOC_PARTS)),
    _holder(
        "ContentOutlines",
        _groups(
            "ContentOutlineSelections",
            _leaf("ContentOutlineSource"),
            _groups("ContentOutlineKeys", _leaf("ContentKeyword"), _leaf("ContentKeywordValue")),
            kept=True,
        ),
    ),
    _flag("ForPublicList", field="on_passport"),
    _leaf("FeeForParticipation", field="fee", say=_curly),
    _leaf("ActivityRegistration", field="registration"),
    _flag("IsMeritBasedIncentivePaymentSystem"),
    _groups("REMS", *_REMS_PARTS, lone=True),
    _kept("PharmacyActivityType"),
    _kept("PharmacyActivityTopic"),
    _kept("PharmacyLiveDate"),
    _kept("PharmacySequenceNumber", kind="count"),
    _kept("UANPharmacy"),
    _kept("UANPharmacyTech"),
    _kept("HasPharmacyRecertifications"),
    _groups(
        "PharmacyRecertificationRequirements",
        _leaf("PharmacyAudience"),
        _leaf("PharmacyRequirement"),
        kept=True,
    ),
    _kept("HasPharmacyContentTags"),
    _group("PharmacyContentTags", _texts("PharmacyState"), _texts("PharmacyContentTopic"), kept=True),
    _flag("HasStateContentTags", kept=True),
    _holder(
        "StateContentTags",
        _groups("StateContent", _leaf("StateContentDomain"), _leaf("StateContentTopic"), kept=True),
    ),
    _leaf("activityRecordAction", values=("Add", "Update", "Delete")),
    _flag("closeActivityRecord"),
    _OUR_OWN,
    prefix="mems",
)

TREE: Final = _holder(
    ACTIVITY,
    _holder(
        "ReportDescription",
        _leaf("ReportingStartDate", "mems", kind="date"),
        _leaf("ReportingEndDate", "mems", kind="date"),
        _kept("ReportingYear", "mems", kind="year"),
        prefix="mems",
        always=True,
    ),
    _holder(
        "ActivityDescription",
        Element(
            "Lom",
            "lom:lom",
            parts=(
                _GENERAL,
                _holder("healthcareMetadata", _EDUCATION, prefix="hx", top=True),
            ),
            holder=True,
            top=True,
            always=True,
        ),
        _groups(
            "commercialSupportAmount",
            _leaf("currency", tag="@currency"),
            _leaf("supportSource", tag="@supportSource", field="support.source"),
            _leaf("value", tag=".", kind="count", field="support.amount"),
            tag="mems:CommercialSupportAmount",
            nillable=True,
        ),
        _flag("DesignedToChangeCompetence", "mems", kept=True),
        _flag("DesignedToChangePerformance", "mems", kept=True),
        _flag("DesignedToChangePatientOutcomes", "mems", kept=True),
        _flag("ChangesInCompetenceMeasured", "mems", kept=True),
        _flag("ChangesInPerformanceMeasured", "mems", kept=True),
        _flag("ChangesInPatientOutcomesMeasured", "mems", kept=True),
        prefix="mems",
        always=True,
    ),
    _holder(
        "ParticipationMetrics",
        _groups(
            "participantsByCategory",
            _leaf("category", tag="mems:CategoryName"),
            _leaf("numberOfParticipants", tag="mems:Number", kind="count"),
            tag="mems:ParticipantsByCategory",
        ),
        prefix="mems",
        always=True,
    ),
    _XTENSIBLE_INFO,
    prefix="mems",
)
"""An activity with every element it can have, in the order in which they are written."""


def walk(element: Element) -> Iterator[Element]:
    """Yield the holders inside a holder and the elements they hold, in order; no parts of groups."""
    for part in element.parts:
        yield part
        if part.holder:
            yield from walk(part)


ELEMENTS: Final[dict[str, Element]] = {element.name: element for element in walk(TREE)}
"""Every holder and every element that stands in one, by name."""

FINDER: Final = Table(tuple(ELEMENTS.values()))
"""Finds any of them by the name it comes under."""
