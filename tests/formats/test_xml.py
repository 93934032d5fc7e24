"""Reading XML: what others write is understood, and what is hostile or broken is told in words."""

import io
from pathlib import Path
from typing import Any

import pytest

from openpars.formats.recognise import open_file
from openpars.formats.rows import Limits, Row, Unreadable
from openpars.formats.writers import xml as writer
from openpars.rulebook.reading import read

from ..rulebook.examples import TODAY, complete, draft

MEMS = "http://ns.medbiq.org/metrics/v1/"


def file_of(folder: Path, content: str | bytes) -> Path:
    path = folder / "activities.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(folder: Path, content: str | bytes, limits: Limits | None = None) -> list[Row]:
    return list(open_file(file_of(folder, content), limits=limits).rows)


def row_of(folder: Path, activity: str) -> Row:
    text = f"<ACCMEActivities><MedicalEducationMetrics>{activity}</MedicalEducationMetrics></ACCMEActivities>"
    (row,) = rows_of(folder, text)
    return row


def refused(folder: Path, content: str | bytes, limits: Limits | None = None) -> tuple[str, str]:
    with pytest.raises(Unreadable) as caught:
        rows_of(folder, content, limits)
    return caught.value.finding.rule, caught.value.finding.message


def told(row: Row) -> list[tuple[str, str | None]]:
    return [(found.rule, found.value) for found in row.findings]


PARS = """<?xml version="1.0" encoding="windows-1252"?>
<!-- as another system sends it -->
<x:accmeActivities xmlns:x="urn:another" xmlns="{ns}" xmlns:lom="http://ltsc.ieee.org/xsd/LOM">
 <medicalEducationMetrics>
  <ReportDescription><ReportingStartDate>2026-03-04</ReportingStartDate></ReportDescription>
  <ActivityDescription>
   <lom:lom><lom:general>
     <lom:identifier><lom:catalog>accme activity id</lom:catalog><lom:entry> 201577374 </lom:entry></lom:identifier>
     <lom:identifier><lom:catalog>Provider Activity ID</lom:catalog><lom:entry>007</lom:entry></lom:identifier>
     <lom:identifier><lom:catalog>URL</lom:catalog><lom:entry>https://cme.example.org</lom:entry></lom:identifier>
     <lom:identifier><lom:catalog>ISBN</lom:catalog><lom:entry>978</lom:entry></lom:identifier>
     <lom:title><lom:string language="en">Caf\xe9 <![CDATA[& <Sepsis>]]></lom:string></lom:title>
     <lom:description/>
   </lom:general></lom:lom>
   <CommercialSupportAmount currency="USD" supportSource="Demo Devices Company">12500</CommercialSupportAmount>
  </ActivityDescription>
  <healthcareMetadata><healthcareEducation>
    <credits><activityCertification>Nursing</activityCertification><numberOfCredits>3</numberOfCredits></credits>
    <credits><activityCertification>AMA PRA Category 1</activityCertification>
      <nonAccreditedProvider>A; B</nonAccreditedProvider><numberOfCredits>10.50</numberOfCredits></credits>
    <targetAudience><profession>Nurse</profession>
      <specialty><string>Night Medicine</string></specialty></targetAudience>
    <activityLocation><City>San Juan</City><Country><CountryCode/><CountryName>Puerto Rico</CountryName></Country>
    </activityLocation>
    <startDateTime>2026-03-04T23:59:00-06:00</startDateTime><endDateTime>2026-03-05Z</endDateTime>
    <activitySponsorship>joint</activitySponsorship><activityFormat>IL</activityFormat>
  </healthcareEducation></healthcareMetadata>
  <participationMetrics>
    <ParticipantsByCategory><CategoryName>physician</CategoryName><Number>37</Number></ParticipantsByCategory>
    <ParticipantsByCategory><CategoryName>nurse</CategoryName><Number>10</Number></ParticipantsByCategory>
    <ParticipantsByCategory><CategoryName>pharmacist</CategoryName><Number>2</Number></ParticipantsByCategory>
  </participationMetrics>
  <XtensibleInfo>
    <isInterprofessional>true</isInterprofessional>
    <CommendationTags><CommendationTag>Engages Teams</CommendationTag></CommendationTags>
    <InKindSupports><InKindSupport><source>Demo Devices Company</source></InKindSupport></InKindSupports>
    <DeliveryMethods><DeliveryMethod>In-Person</DeliveryMethod></DeliveryMethods>
    <MeasuredOutcomes><MeasuredOutcome>Learner Knowledge</MeasuredOutcome><MeasurementType>Objective</MeasurementType>
    </MeasuredOutcomes>
    <MOCRegistrations><MOCRegistration><boardName>ABPATH</boardName><mocPoints>1.50</mocPoints>
      <MOCCreditType>Lifelong Learning</MOCCreditType></MOCRegistration></MOCRegistrations>
    <ForPublicList>1</ForPublicList><FeeForParticipation>No, it\x92s free</FeeForParticipation>
    <ActivityRegistration>Open to all</ActivityRegistration>
    <IsMeritBasedIncentivePaymentSystem>true</IsMeritBasedIncentivePaymentSystem>
    <REMS><REMSType>Mycophenolate</REMSType></REMS>
    <acme:Room xmlns:acme="urn:acme" floor="2">Aula<acme:Seat>1</acme:Seat><acme:Seat>2</acme:Seat></acme:Room>
    <activityRecordAction>Update</activityRecordAction><closeActivityRecord>yes</closeActivityRecord>
  </XtensibleInfo>
 </medicalEducationMetrics>
</x:accmeActivities>"""


@pytest.mark.parametrize("namespace", ["", MEMS, "http://ns.medbiq.org/metrics/v2/"])
def test_what_another_system_sends_is_understood(tmp_path: Path, namespace: str) -> None:
    (row,) = rows_of(tmp_path, PARS.replace("{ns}", namespace).encode("latin-1"))
    result = read(row.answers, today=TODAY)
    assert (result.rejected, result.findings, result.unknown) == ({}, (), ())
    assert result.answers == {
        "title": "Café & <Sepsis>",
        "format": "C",
        "start_date": "2026-03-04",
        "end_date": "2026-03-05",
        "delivery_methods": ["In-Person", "Live-Streamed"],
        "city": "San Juan",
        "country": "USA",
        "state": "PR",
        "credits": "10.5",
        "on_passport": True,
        "specialties": ["Night Medicine"],
        "registration": "Open to all",
        "fee": "No, it's free",
        "url": "https://cme.example.org",
        "collaborations": [
            {"kind": "moc", "board": "ABPath", "credit_types": ["Lifelong Learning"], "points": "1.5"},
            {"kind": "rems", "rems_type": "Mycophenolate"},
            {"kind": "mips"},
        ],
        "internal_id": "007",
        "providership": "Joint",
        "joint_providers": ["A; B"],
        "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": ["Objective"]}],
        "support_received": True,
        "support": [
            {"kind": "monetary", "source": "Demo Devices Company", "amount": 12500},
            {"kind": "in-kind", "source": "Demo Devices Company"},
        ],
        "commendation": True,
        "commendation_criteria": ["C23"],
        "physicians": 37,
        "other_learners": 12,
    }
    assert (row.number, row.activity_id, row.action, row.close) == (1, "201577374", "Update", "yes")
    assert row.kept == {
        "extra": {
            "Room": "Aula",
            "Room.@floor": "2",
            "Room.Seat.0": "1",
            "Room.Seat.1": "2",
            "identifier.0.catalog": "ISBN",
            "identifier.0.entry": "978",
            "credits.0.activityCertification": "Nursing",
            "credits.0.numberOfCredits": "3",
            "profession.0": "Nurse",
            "participantsByCategory.0.category": "nurse",
            "participantsByCategory.0.numberOfParticipants": "10",
            "participantsByCategory.1.category": "pharmacist",
            "participantsByCategory.1.numberOfParticipants": "2",
            "isInterprofessional": "true",
        }
    }
    assert told(row) == [("file.element.unknown", "Room")]


def test_what_is_kept_of_it_is_written_at_its_place_again(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, PARS.replace("{ns}", "").encode("latin-1"))
    stream = io.BytesIO()
    writer.write(stream, [{**draft(other_learners=12), "extra": row.kept["extra"]}])
    text = stream.getvalue().decode()
    for line in (
        "<lom:catalog>ISBN</lom:catalog>",
        "<hx:activityCertification>Nursing</hx:activityCertification>",
        "<hx:profession><lom:string>Nurse</lom:string></hx:profession>",
        "<CategoryName>pharmacist</CategoryName>",
        "<op:isInterprofessional>true</op:isInterprofessional>",
        '<op:Extra name="Room.@floor">2</op:Extra>',
    ):
        assert text.count(line) == 1, line
    assert "non-physician" not in text


def test_a_total_that_has_changed_since_is_what_is_written(tmp_path: Path) -> None:
    kept = {
        "participantsByCategory.0.category": "nurse",
        "participantsByCategory.0.numberOfParticipants": "10",
    }
    record = {**draft(other_learners=12), "extra": kept}
    stream = io.BytesIO()
    writer.write(stream, [record])
    (row,) = rows_of(tmp_path, stream.getvalue())
    assert (row.answers["other_learners"], row.kept["extra"]) == (12, kept)
    assert b"<CategoryName>non-physician</CategoryName>" in stream.getvalue()


@pytest.mark.parametrize(
    ("activity", "answers"),
    [
        ("<title/><description> \n </description>", {}),
        (
            '<description xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>',
            {"description": None},
        ),
        ("<title>A</title><title>A</title>", {"title": "A"}),
        ("<title>A</title><title>B</title>", {"title": ["A", "B"]}),
        ("<title>A<!-- draft --> B</title>", {"title": "A B"}),
        ("<Wrong><title>A</title></Wrong>", {}),
        ("<DeliveryMethods>Online</DeliveryMethods>", {"delivery_methods": ["Online"]}),
        ("<ReportingStartDate>2026-03-04</ReportingStartDate>", {"start_date": "2026-03-04"}),
        ("<startDateTime>next spring</startDateTime>", {"start_date": "next spring"}),
        (
            '<CommercialSupportAmount currency="EUR" supportSource="A">500</CommercialSupportAmount>',
            {"support": [{"kind": "monetary", "source": "A", "amount": "EUR 500"}], "support_received": True},
        ),
        ("<IsMeritBasedIncentivePaymentSystem>false</IsMeritBasedIncentivePaymentSystem>", {}),
        (
            "<IsMeritBasedIncentivePaymentSystem>perhaps</IsMeritBasedIncentivePaymentSystem>",
            {"collaborations": [{"kind": "perhaps"}]},
        ),
        (
            "<ParticipantsByCategory><CategoryName>nurse</CategoryName><Number>few</Number></ParticipantsByCategory>",
            {"other_learners": "few"},
        ),
        ("<credits><numberOfCredits>2</numberOfCredits></credits>", {"credits": "2"}),
        (
            "<credits><activityCertification>Nursing</activityCertification><numberOfCredits>2</numberOfCredits>"
            "</credits>",
            {},
        ),
        (
            "<activityLocation><City>A</City></activityLocation><activityLocation><City>B</City></activityLocation>",
            {"city": ["A", "B"]},
        ),
    ],
)
def test_an_element_says_this(tmp_path: Path, activity: str, answers: dict[str, Any]) -> None:
    assert row_of(tmp_path, activity).answers == answers


def test_two_activity_ids_are_none(tmp_path: Path) -> None:
    one = "<identifier><catalog>ACCME Activity ID</catalog><entry>{}</entry></identifier>"
    row = row_of(tmp_path, one.format("100000001") + one.format("100000002"))
    assert row.activity_id == "100000001; 100000002"


def test_each_unknown_name_is_told_once_and_kept_every_time(tmp_path: Path) -> None:
    activity = "<MedicalEducationMetrics><Foo>1</Foo><REMS><Bar>2</Bar></REMS></MedicalEducationMetrics>"
    first, second = rows_of(tmp_path, f"<ACCMEActivities>{activity * 2}</ACCMEActivities>")
    assert first.kept == second.kept == {"extra": {"Foo": "1", "REMS.Bar": "2"}}
    assert told(first) == [("file.element.unknown", "Foo"), ("file.element.unknown", "REMS.Bar")]
    assert (second.number, told(second)) == (2, [])


def test_what_stands_beside_activities_is_told(tmp_path: Path) -> None:
    text = (
        "<ACCMEActivities><Header/>\n<MedicalEducationMetrics/><MedicalEducationMetric/>\n"
        "<MedicalEducationMetrics/>\n<Footer/></ACCMEActivities>"
    )
    first, second = rows_of(tmp_path, text)
    assert told(first) == [("file.element.not_read", "Header (line 1)")]
    assert told(second) == [
        ("file.element.not_read", "MedicalEducationMetric (line 2)"),
        ("file.element.not_read", "Footer (line 4)"),
    ]


def test_one_activity_may_stand_by_itself_and_none_inside_another(tmp_path: Path) -> None:
    inner = "<MedicalEducationMetrics><title>B</title></MedicalEducationMetrics>"
    text = f"<MedicalEducationMetrics><title>A</title>{inner}</MedicalEducationMetrics>"
    (row,) = rows_of(tmp_path, text)
    assert (row.answers, row.kept) == ({"title": "A"}, {"extra": {"MedicalEducationMetrics.title": "B"}})


def test_more_than_can_be_kept_is_refused_at_its_row(tmp_path: Path) -> None:
    row = row_of(tmp_path, f"<title>A</title><PharmacyActivityType>{'x' * 100_000}</PharmacyActivityType>")
    assert (row.answers, row.kept, told(row)) == ({"title": "A"}, {}, [("file.kept.too_much", None)])


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "content",
    [
        f'<?xml version="1.0"?>{LAUGHS}<ACCMEActivities>&b;</ACCMEActivities>',
        f"<!-- {'x' * 70_000} -->{LAUGHS}<ACCMEActivities/>",
        f"<!-- {'x' * 1_200_000} -->{LAUGHS}<ACCMEActivities><MedicalEducationMetrics/></ACCMEActivities>",
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><ACCMEActivities/>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]><ACCMEActivities/>',
        "<!DOCTYPE ACCMEActivities><ACCMEActivities/>",
        f'<?xml version="1.0" encoding="UTF-16"?>{LAUGHS}<ACCMEActivities/>'.encode("utf-16"),
    ],
)
def test_a_document_type_is_refused(tmp_path: Path, content: str | bytes) -> None:
    assert refused(tmp_path, content)[0] == "file.doctype"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<a>\n<b>", "line 2, column 4: the file ends before the element b of line 2 is closed"),
        ("<a>\n<b></c></a>", "line 2, column 8: the element b of line 2 is open where c is closed"),
        (
            "<a>&nbsp;</a>",
            "line 1, column 10: a name between & and ; is not known; write the character itself",
        ),
        ("<a>Q & A</a>", "line 1, column 7: a < or & that stands for itself is written &lt; or &amp;"),
        (b"<a>\x00</a>", "line 1, column 4: there is a character that XML cannot hold"),
        (b"<a>\xff</a>", "line 1, column 4: a character is not written in the encoding of the file"),
        ("<a/><b/>", "line 1, column 5: something stands after the end of the last element"),
        ("<a><b c='", "line 1, column 10: the value of an attribute is not closed by a quote"),
        ("<a><b", "line 1, column 6: the file ends in the middle of an element"),
        ("<a:b/>", "line 1, column 5: a prefix is used that is not declared"),
        (
            "<a>" * 300,
            "line 1, column 771: its elements stand too deep in one another, or hold too long a text",
        ),
    ],
)
def test_what_is_no_xml_is_told_with_its_place(tmp_path: Path, content: str | bytes, problem: str) -> None:
    assert refused(tmp_path, content) == ("file.not_xml", f"The XML cannot be read: {problem}.")


def test_a_file_that_breaks_off_gives_the_rows_before(tmp_path: Path) -> None:
    path = file_of(tmp_path, "<a>" + "<MedicalEducationMetrics/>" * 9 + "<MedicalEducationMetrics>")
    rows = open_file(path).rows
    assert [next(rows).number for _ in range(8)] == [1, 2, 3, 4, 5, 6, 7, 8]
    with pytest.raises(Unreadable):
        list(rows)


def test_a_file_without_activities_or_with_too_many_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "<ACCMEActivities/>")[0] == "file.no_activities"
    three = f"<a>{'<MedicalEducationMetrics/>' * 3}</a>"
    assert len(rows_of(tmp_path, three, Limits(rows=3))) == 3
    assert refused(tmp_path, three, Limits(rows=2))[0] == "file.too_many_rows"


def test_activities_are_counted_beforehand(tmp_path: Path) -> None:
    stream = io.BytesIO()
    writer.write(stream, [draft(description="x" * 2500)] * 700)
    assert open_file(file_of(tmp_path, stream.getvalue())).layout.total == 700


def test_no_memory_is_held_on_to(tmp_path: Path) -> None:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("the memory of a process is only told on Linux")

    def pages() -> int:
        return int(statm.read_text().split()[1])

    stream = io.BytesIO()
    writer.write(stream, [complete(description="x" * 2500)] * 4000)
    path = file_of(tmp_path, stream.getvalue())
    del stream
    rows = open_file(path).rows
    next(rows)
    before = pages()
    # Held as a tree, these are more than 100 MB.
    assert sum(1 for _ in rows) == 3999
    assert (pages() - before) * 4096 < 25_000_000


def test_what_is_written_is_text_and_never_markup(tmp_path: Path) -> None:
    hostile = "</lom:string><x a='1'>&amp;]]><![CDATA["
    stream = io.BytesIO()
    support = [{"kind": "monetary", "source": "A\" b='<&>", "amount": 1}]
    writer.write(stream, [draft(title=hostile, support=support), draft(title="B")])
    first, second = rows_of(tmp_path, stream.getvalue())
    assert (first.answers["title"], second.answers["title"]) == (hostile, "B")
    assert first.answers["support"] == [{"kind": "monetary", "source": "A\" b='<&>", "amount": "1"}]
