"""The words demo activities are made of. Organizations are fictitious; topics are common topics of CME."""

from typing import NamedTuple


class Department(NamedTuple):
    """A part of a provider that runs activities: its short code for internal IDs, its name and its topics."""

    code: str
    name: str
    specialty: str
    topics: tuple[str, ...]


DEPARTMENTS: tuple[Department, ...] = (
    Department(
        "IM",
        "Internal Medicine",
        "Internal Medicine",
        (
            "Hypertension That Will Not Come Down",
            "Diabetes Care in the First Year after Diagnosis",
            "Anticoagulation around Procedures",
            "Deprescribing in Older Adults",
            "Unexplained Weight Loss",
            "Point-of-Care Ultrasound at the Bedside",
        ),
    ),
    Department(
        "CARD",
        "Cardiology",
        "Cardiovascular Disease",
        (
            "Heart Failure with Preserved Ejection Fraction",
            "Atrial Fibrillation: Rate, Rhythm and Stroke Prevention",
            "Chest Pain in the Emergency Department",
            "Lipid Management beyond Statins",
            "Cardiac Imaging: Choosing the Right Test",
        ),
    ),
    Department(
        "PED",
        "Pediatrics",
        "Pediatrics",
        (
            "Fever in the First Sixty Days of Life",
            "Adolescent Depression in Primary Care",
            "Vaccine Conversations with Hesitant Families",
            "Childhood Asthma: Stepping Up and Stepping Down",
            "Developmental Screening that Leads to Help",
        ),
    ),
    Department(
        "SURG",
        "Surgery",
        "Surgery",
        (
            "Enhanced Recovery after Abdominal Surgery",
            "Opioid-Sparing Analgesia after Outpatient Surgery",
            "Robotic Hernia Repair",
            "Surgical Site Infection Prevention",
            "Trauma: The First Golden Hour",
        ),
    ),
    Department(
        "ANES",
        "Anesthesiology",
        "Anesthesiology",
        (
            "Difficult Airway Management",
            "Regional Anesthesia for Hip Fracture",
            "Crisis Resource Management in the Operating Room",
            "Preoperative Evaluation of the Frail Patient",
        ),
    ),
    Department(
        "PSY",
        "Psychiatry",
        "Psychiatry",
        (
            "Treating Opioid Use Disorder in General Practice",
            "Suicide Risk: Asking and Acting",
            "Collaborative Care for Depression",
            "Catatonia and Other Emergencies",
        ),
    ),
    Department(
        "OB",
        "Obstetrics and Gynecology",
        "Obstetrics and Gynecology",
        (
            "Hypertensive Disorders of Pregnancy",
            "Postpartum Hemorrhage Simulation",
            "Perinatal Mood and Anxiety Disorders",
            "Contraception for Patients with Chronic Disease",
        ),
    ),
    Department(
        "EM",
        "Emergency Medicine",
        "Emergency Medicine",
        (
            "Sepsis in the First Three Hours",
            "Stroke Alert: Minutes Matter",
            "Disaster Medicine for the Community Hospital",
            "Pediatric Resuscitation",
        ),
    ),
    Department(
        "ONC",
        "Oncology",
        "Hematology and Oncology",
        (
            "Immune-Related Adverse Events",
            "Survivorship Care after Breast Cancer",
            "Early Palliative Care",
            "Genomic Testing in Lung Cancer",
        ),
    ),
    Department(
        "NEUR",
        "Neurology",
        "Neurology",
        (
            "Headache: From First Visit to Prevention",
            "Parkinson Disease in the Clinic",
            "Dementia: Diagnosis, Disclosure and Support",
            "Seizure Rescue Plans",
        ),
    ),
    Department(
        "PATH",
        "Pathology and Laboratory Medicine",
        "Pathology",
        ("Transfusion Reactions", "Frozen Section Pitfalls", "Laboratory Stewardship"),
    ),
    Department(
        "FM",
        "Family Medicine",
        "Family Medicine",
        (
            "Chronic Pain and Function",
            "Skin Lesions in the Office",
            "Social Drivers of Health in the Fifteen-Minute Visit",
            "Telehealth Visits that Work",
            "Point-of-Care Injections",
        ),
    ),
)

LIVE_TITLES = (
    "{ordinal} Annual {department} Update",
    "{topic}",
    "{topic}: A Hands-On Workshop",
    "{topic}: What Changed This Year",
    "{department} Symposium: {topic}",
    "Simulation Day: {topic}",
)
SERIES_TITLES = (
    "{department} Grand Rounds",
    "{department} Morbidity and Mortality Conference",
    "{department} Case Conference",
    "{department} Journal Club",
    "{department} Multidisciplinary Rounds",
)
ENDURING_TITLES = (
    "{topic}: Online Module",
    "{topic} (recorded lecture with case questions)",
    "{department} Board Review: {topic}",
)
OTHER_TITLES = {
    "JN": "Journal CME: {topic}",
    "MR": "Manuscript Review: {department}",
    "TIW": "Writing Test Items: {department}",
    "CML": "Committee Learning: {department} Quality Committee",
    "PI": "Improvement Project: {topic}",
    "ISL": "Point-of-Care Searching: {department}",
    "LFT": "Learning from Teaching: {department}",
    "OTH": "{topic}: Blended Course",
}

DESCRIPTIONS = (
    "After this activity learners will be able to:\n"
    "• recognize the presentations that are most often missed;\n"
    "• choose the first test and the first treatment;\n"
    "• agree on follow-up with the patient and the team.\n\n"
    "Topic: {topic}.",
    "Case-based teaching on {topic}. Each session opens with a patient from our own clinics, followed by the "
    "current evidence, a discussion and two questions on what participants will do differently.",
    "A practical course for physicians and the whole care team. Content outline:\n"
    "1. Where practice and evidence part\n"
    "2. {topic}\n"
    "3. Working through cases in small groups\n"
    "4. Commitment to change",
    "Faculty review {topic} and what it means for everyday practice. Includes time for questions.",
)

PLACES = (
    ("Chicago", "IL", "USA"),
    ("Chicago", "IL", "USA"),
    ("Evanston", "IL", "USA"),
    ("Milwaukee", "WI", "USA"),
    ("Madison", "WI", "USA"),
    ("Indianapolis", "IN", "USA"),
    ("St. Louis", "MO", "USA"),
    ("Minneapolis", "MN", "USA"),
    ("San Juan", "PR", "USA"),
    ("Toronto", "Ontario", "CAN"),
)

SUPPORTERS = (
    "Northlight Example Therapeutics",
    "Bluestone Example Biologics",
    "Fernway Example Devices, Inc.",
    "Harbor Example Diagnostics",
    "Example Foundation for Rare Disease",
)
JOINT_PROVIDERS = (
    "Greenfield Example Community Clinics",
    "Example State Chapter of Hospital Medicine",
    "Oakvale Example Nursing College",
    "Example Regional Quality Collaborative",
    "Stillwater Example Veterans Clinic",
)
