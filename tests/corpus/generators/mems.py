"""Activities in the XML dialect and in its JSON twin, spelled out as other systems write them."""

import json
from typing import Any
from xml.sax.saxutils import escape

MEMS = "http://ns.medbiq.org/metrics/v2/"
MEMS_V1 = "http://ns.medbiq.org/metrics/v1/"
_SPACES = (
    'xmlns="{mems}" xmlns:lom="http://ltsc.ieee.org/xsd/LOM" xmlns:hx="http://ns.medbiq.org/lom/extend/v1/" '
    'xmlns:a="http://ns.medbiq.org/address/v1/"'
)

_ACTIVITY = """\
<MedicalEducationMetrics>
  <ReportDescription>
    <ReportingStartDate>2026-03-04</ReportingStartDate>
    <ReportingEndDate>2026-03-05</ReportingEndDate>
  </ReportDescription>
  <ActivityDescription>
    <lom:lom>
      <lom:general>
        <lom:identifier>
          <lom:catalog>Provider Activity ID</lom:catalog>
          <lom:entry>A-1</lom:entry>
        </lom:identifier>
        <lom:title><lom:string>Committee on Sepsis</lom:string></lom:title>
        <lom:description><lom:string>What the committee learned.</lom:string></lom:description>
      </lom:general>
      <hx:healthcareMetadata>
        <hx:healthcareEducation>
          <hx:credits>
            <hx:activityCertification>AMA PRA Category 1</hx:activityCertification>
            <hx:numberOfCredits>2</hx:numberOfCredits>
          </hx:credits>
          <hx:startDateTime>2026-03-04T00:00:00</hx:startDateTime>
          <hx:endDateTime>2026-03-05T00:00:00</hx:endDateTime>
          <hx:activitySponsorship>direct</hx:activitySponsorship>
          <hx:activityFormat><lom:string>Committee Learning</lom:string></hx:activityFormat>
          <hx:commercialSupport>no</hx:commercialSupport>
        </hx:healthcareEducation>
      </hx:healthcareMetadata>
    </lom:lom>
  </ActivityDescription>
  <ParticipationMetrics>
    <ParticipantsByCategory><CategoryName>physician</CategoryName><Number>12</Number></ParticipantsByCategory>
    <ParticipantsByCategory><CategoryName>non-physician</CategoryName><Number>0</Number></ParticipantsByCategory>
  </ParticipationMetrics>
  <XtensibleInfo>
    <MeasuredOutcomes>
      <MeasuredOutcome>Learner Knowledge</MeasuredOutcome>
      <MeasurementType>Objective</MeasurementType>
    </MeasuredOutcomes>
    <ForPublicList>false</ForPublicList>
  </XtensibleInfo>
</MedicalEducationMetrics>
"""


def activity(*changes: tuple[str, str]) -> str:
    """Return one good activity with some of its text replaced; each old text stands in it."""
    text = _ACTIVITY
    for old, new in changes:
        if old not in text:
            raise ValueError(old)
        text = text.replace(old, new)
    return text


def xml(*activities: str, mems: str = MEMS, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> str:
    """Return a file of activities, in the namespaces of MEMS v2 unless others are named."""
    return f"{head}<ACCMEActivities {_SPACES.format(mems=mems)}>\n{''.join(activities)}</ACCMEActivities>\n"


def without_namespaces(text: str) -> str:
    """Return a file of the dialect without any namespace or prefix."""
    for prefix in ("lom:", "hx:"):
        text = text.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</")
    return text.replace(f" {_SPACES.format(mems=MEMS)}", "")


def twin(**over: Any) -> dict[str, Any]:
    """Return one good activity as the JSON twin has it, with whole holders replaced."""
    return {
        "ReportDescription": {"ReportingStartDate": "2026-03-04", "ReportingEndDate": "2026-03-05"},
        "Lom": {
            "general": {
                "identifier": [{"catalog": "Provider Activity ID", "entry": "A-1"}],
                "title": "Committee on Sepsis",
                "description": "What the committee learned.",
            }
        },
        "healthcareMetadata": {
            "healthcareEducation": {
                "credits": {"activityCertification": "AMA PRA Category 1", "numberOfCredits": 2},
                "startDateTime": "2026-03-04T00:00:00",
                "endDateTime": "2026-03-05T00:00:00",
                "activitySponsorship": "direct",
                "activityFormat": "Committee Learning",
                "commercialSupport": False,
            }
        },
        "ParticipationMetrics": {
            "participantsByCategory": [
                {"category": "physician", "numberOfParticipants": 12},
                {"category": "non-physician", "numberOfParticipants": 0},
            ]
        },
        "XtensibleInfo": {
            "MeasuredOutcomes": [{"MeasuredOutcome": "Learner Knowledge", "MeasurementType": ["Objective"]}],
            "ForPublicList": False,
        },
        **over,
    }


def dialect(*activities: dict[str, Any]) -> bytes:
    """Return a file of activities in the JSON twin."""
    return json.dumps({"ACCMEActivities": {"MedicalEducationMetrics": list(activities)}}).encode()


def leaf(name: str, text: str) -> str:
    """Return one element with a text in it."""
    return f"<{name}>{escape(text)}</{name}>"


#: Fields of one element each: the element, and the holders around it.
_ELEMENTS = {
    "title": "title",
    "description": "description",
    "credits": "credits/numberOfCredits",
    "joint_providers": "credits/nonAccreditedProvider",
    "city": "activityLocation/City",
    "state": "activityLocation/StateOrProvince",
    "country": "activityLocation/Country",
    "start_date": "startDateTime",
    "end_date": "endDateTime",
    "providership": "activitySponsorship",
    "format": "activityFormat",
    "support_received": "commercialSupport",
    "commendation_criteria": "CommendationTags/CommendationTag",
    "delivery_methods": "DeliveryMethods/DeliveryMethod",
    "on_passport": "ForPublicList",
    "fee": "FeeForParticipation",
    "registration": "ActivityRegistration",
    "sessions": "NumberOfSessions",
    "repeated": "Repeated",
    "commendation": "Commendation",
    "counts_as_of": "CountsAsOf",
}
#: Fields of elements in one holder, which is opened once.
_SHARED = ("credits", "activityLocation", "OpenPARS")
_OWN = ("sessions", "repeated", "commendation", "counts_as_of")
_CATALOGS = {"internal_id": "Provider Activity ID", "url": "URL"}
_CATEGORIES = {"physicians": "physician", "other_learners": "non-physician"}
_PARTS = {
    "outcome": "MeasuredOutcome",
    "measurement_types": "MeasurementType",
    "board": "boardName",
    "practice_areas": "PracticeArea",
    "credit_types": "MOCCreditType",
    "points": "mocPoints",
    "credit_claim_date": "CreditClaimDate",
    "attested": "Attested",
    "attested_by": "AttestedBy",
    "start_date": "StartDate",
    "end_date": "EndDate",
    "delivery_methods": "DeliveryMethod",
    "city": "City",
    "state": "State",
    "country": "Country",
    "internal_id": "InternalID",
}
_GROUPS = {"outcomes": "MeasuredOutcomes", "collaborations": "MOCRegistration", "instances": "Instance"}


def spelled(answers: dict[str, Any]) -> str:
    """Return an activity with these answers just as they are given, right or wrong.

    Elements stand in the holder of their list, or in none: readers look for them anywhere.
    """
    parts: list[str] = []
    held: dict[str, list[str]] = {name: [] for name in _SHARED}
    for name, value in answers.items():
        if name in _CATALOGS:
            parts.append(f"<identifier>{leaf('catalog', _CATALOGS[name])}{leaf('entry', value)}</identifier>")
        elif name in _CATEGORIES:
            number = leaf("CategoryName", _CATEGORIES[name]) + leaf("Number", value)
            parts.append(f"<ParticipantsByCategory>{number}</ParticipantsByCategory>")
        elif name == "support":
            parts.extend(
                f'<CommercialSupportAmount currency="USD" supportSource="{entry["source"]}">'
                f"{entry['amount']}</CommercialSupportAmount>"
                for entry in value
            )
        elif name in _GROUPS:
            entries = "".join(_entry(_GROUPS[name], entry) for entry in value)
            (held["OpenPARS"] if name == "instances" else parts).append(entries)
        else:
            holder, _, element = f"{'OpenPARS/' * (name in _OWN)}{_ELEMENTS[name]}".rpartition("/")
            texts = "".join(leaf(element, text) for text in (value if isinstance(value, list) else [value]))
            if holder in held:
                held[holder].append(texts)
            else:
                parts.append(f"<{holder}>{texts}</{holder}>" if holder else texts)
    shared = "".join(f"<{name}>{''.join(inside)}</{name}>" for name, inside in held.items() if inside)
    return f"<MedicalEducationMetrics>{''.join(parts)}{shared}</MedicalEducationMetrics>"


def _entry(name: str, entry: Any) -> str:
    if not isinstance(entry, dict):
        return leaf(name, entry)
    inside = "".join(
        leaf(_PARTS[part], text)
        for part, value in entry.items()
        if part != "kind"
        for text in (value if isinstance(value, list) else [value])
    )
    return f"<{name}>{inside}</{name}>"
