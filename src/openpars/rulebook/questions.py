"""The questions people ask about each field, and the answers a colleague would give.

They stand at the right-hand side of the form and follow the field that has the focus. The key is the
field's name; the three kinds of collaboration, each with boxes of its own, have `collaborations.moc`,
`collaborations.rems` and `collaborations.mips`. Answers are plain text: one to four sentences, with an
example wherever one helps.
"""

from openpars.rulebook.declaring import Question

QUESTIONS: dict[str, tuple[Question, ...]] = {
    # Step 1: Basic information
    "title": (
        Question(
            ask="What makes a good title?",
            answer=(
                "The title learners see on your announcement and on their certificate. Spell out what the "
                "activity is about and leave out codes of your own: “Sepsis in the First Hour: An Update for "
                "Emergency Teams” tells more than “ED-0426”. Your code has its own place, the internal ID in "
                "the last step."
            ),
        ),
        Question(
            ask="Should the date or the city be part of the title?",
            answer=(
                "No need: dates and place are asked separately and always shown next to the title. A year is "
                "helpful where the same meeting comes back every year, as in “Spring Cardiology Review "
                "2026”."
            ),
        ),
        Question(
            ask="The title changed after I saved. Can I still correct it?",
            answer=(
                "Yes, as long as the activity is not closed: choose Edit, change the title and save. It "
                "stays the same activity with the same activity ID. A closed activity is reopened first."
            ),
        ),
    ),
    "format": (
        Question(
            ask="How do I choose between Live Course and Regularly Scheduled Series?",
            answer=(
                "A series is planned as many sessions for much the same audience, such as weekly grand "
                "rounds, a monthly tumor board or a journal club: enter it once, for the whole series. A "
                "conference or workshop is a Live Course, even when it lasts several days."
            ),
        ),
        Question(
            ask="Our course is on the internet. Which format is it?",
            answer=(
                "Ask whether everybody takes part at the same time. A webinar at a fixed hour is a Live "
                "Course with the delivery method Live-Streamed; a course people open whenever they like is "
                "an Enduring Material with the delivery method Online."
            ),
        ),
        Question(
            ask="We recorded a live course and will offer the recording. Is that the same activity?",
            answer=(
                "No, the recording is an activity of its own. Leave the Live Course as it was and add an "
                "Enduring Material with its own dates, credits and learner counts. Someone who came in March "
                "and watched the recording in June counts in both."
            ),
        ),
        Question(
            ask="What is Other/Blended Learning for?",
            answer=(
                "For activities that truly mix formats, or fit none of them: for example six weeks of "
                "reading online that lead into a skills day. Use the same name in the credit statement and "
                "on the certificates. If one of the other formats describes it, take that one."
            ),
        ),
        Question(
            ask="How do we report Internet Searching and Learning or Learning from Teaching?",
            answer=(
                "As one activity that gathers all learners of the period. If 40 physicians earned credit for "
                "teaching this year, that is one Learning from Teaching activity with 40 physician learners, "
                "not 40 activities."
            ),
        ),
    ),
    "start_date": (
        Question(
            ask="Can I enter an activity before it takes place?",
            answer=(
                "Yes, and it is a good habit: enter it before you announce it. Once it is complete and you "
                "include it in CME Passport, learners can find it at once. Its mark says Upcoming until the "
                "start date."
            ),
        ),
        Question(
            ask="An activity starts in one year and ends in the next. Which year is it reported in?",
            answer=(
                "It belongs to the year it starts in, and it is closed with the year it ends in. A series "
                "from September 1, 2026 to May 31, 2027 is an activity of 2026 that you close in 2027."
            ),
        ),
        Question(
            ask="The activity was cancelled. What do I do?",
            answer=(
                "Planned but not held is not reported: delete it. An enduring material that was on offer and "
                "found no learner did happen; keep it and enter 0 for the counts."
            ),
        ),
    ),
    "end_date": (
        Question(
            ask="What is the end date of a one-day activity?",
            answer="The same day as the start date. Every activity has both dates.",
        ),
        Question(
            ask="How far apart may start and end be?",
            answer=(
                "Up to the same calendar day twelve months later; an Enduring Material up to three years "
                "later. If yours runs longer, end this entry there and add a new one for the next period: "
                "Copy to next year does most of the typing."
            ),
        ),
        Question(
            ask="When does an activity become Ready to Close?",
            answer=(
                "On the day after the end date, by itself, when all answers for Active are there. An "
                "activity that ends on March 10 is still Active on March 10 and Ready to Close on March 11, "
                "by your accreditor’s clock."
            ),
        ),
    ),
    "delivery_methods": (
        Question(
            ask="What if an activity has more than one delivery method?",
            answer=(
                "Choose all that apply. A conference with people in the room and others watching live is one "
                "Live Course with In-Person and Live-Streamed, and everybody counts in one total."
            ),
        ),
        Question(
            ask="What is the difference between Live-Streamed and Online?",
            answer=(
                "Live-Streamed means that learners follow at the moment it happens, from wherever they are. "
                "Online means that it waits for them: a module, a video or an article to open at any time."
            ),
        ),
        Question(
            ask="People will also watch a recording later. Do I add Online?",
            answer=(
                "No. The recording is a separate Enduring Material with the delivery method Online. Add it "
                "when it is published, with its own dates."
            ),
        ),
    ),
    "city": (
        Question(
            ask="Which city do I enter when a series meets in several places?",
            answer=(
                "The place where most sessions are held, or the home of the department that runs the series. "
                "One city is enough: a series at three hospitals of one system is still one activity."
            ),
        ),
        Question(
            ask="It is a hybrid meeting. Do you still want the city?",
            answer=(
                "Yes. As soon as anyone can attend In-Person, learners want to know where; those who watch "
                "from home do not mind. Only wholly remote activities have no city."
            ),
        ),
        Question(
            ask="We moved the meeting online. What happens to the city I entered?",
            answer=(
                "Take In-Person away under Delivery method. The city is no longer asked or shown, and if you "
                "choose In-Person again it comes back."
            ),
        ),
    ),
    "state": (
        Question(
            ask="Do we enter a state for activities outside the USA?",
            answer=(
                "You may: outside the USA a province or region is free text and optional, for example "
                "Ontario. In the USA the state is needed and picked from the list."
            ),
        ),
        Question(
            ask="Where are Puerto Rico and the other territories?",
            answer=(
                "Choose USA as the country; Puerto Rico, Guam, the U.S. Virgin Islands and the others stand "
                "with the states."
            ),
        ),
    ),
    "country": (
        Question(
            ask="Our provider is in the USA but the course is held abroad. Which country is it?",
            answer=(
                "The one where the course takes place. A workshop of yours in Toronto has the country "
                "Canada; where your office is does not matter here."
            ),
        ),
        Question(
            ask="Speakers join from abroad. Does that change the country?",
            answer="No. What counts is where learners meet, not where the faculty comes from.",
        ),
    ),
    "sessions": (
        Question(
            ask="Why are you asking for the number of sessions, and is it required?",
            answer=(
                "It is optional. It helps you to check the credits and the counts: with 40 sessions of one "
                "hour you would expect 40 credits. Leave it empty if you do not know it yet."
            ),
        ),
        Question(
            ask="Do sessions that were cancelled count?",
            answer=(
                "No, only those that took place. If two of 52 weekly sessions fell on holidays, enter 50, "
                "and make the credits 50 as well."
            ),
        ),
    ),
    "repeated": (
        Question(
            ask="When do I answer Yes?",
            answer=(
                "When you held the same course again with the same content, for instance a life support "
                "course in March, June and October. Enter it once, list the other dates and places, and you "
                "get one activity for each when you save at the end."
            ),
        ),
        Question(
            ask="Is a conference of three days a repeat?",
            answer=(
                "No, that is one activity with a start and an end date. Neither is a weekly series with a "
                "new topic every time: that is a Regularly Scheduled Series."
            ),
        ),
        Question(
            ask="We decided on another date later. Do I type everything again?",
            answer="No. Open the activity, add the new date and place here, and save to the end.",
        ),
    ),
    "instances": (
        Question(
            ask="What is carried over to the other instances, and what is not?",
            answer=(
                "Title, credits, description and the other answers are carried over. Learner counts, "
                "commercial support and attestations are not, because they differ each time. Fill those in "
                "for each activity."
            ),
        ),
        Question(
            ask="Do the instances get the same internal ID?",
            answer=(
                "No, each one has its own. We suggest yours with -1, -2 and so on: LS-2026 becomes LS-2026-1 "
                "for the first further instance. You may change it."
            ),
        ),
        Question(
            ask="Do I list the first date here as well?",
            answer=(
                "No, only the further ones. The dates and place above are the first instance; a course held "
                "three times has two rows here."
            ),
        ),
    ),
    # Step 2: Information for learners
    "credits": (
        Question(
            ask="Which number do I enter for a Regularly Scheduled Series?",
            answer=(
                "The credits of the whole series, not of one session. A weekly session of one hour, held 52 "
                "times, is 52 credits (52 × 1)."
            ),
        ),
        Question(
            ask="How do I round?",
            answer=(
                "To the nearest quarter: 0.25 is the smallest number, and all others go in steps of 0.25. An "
                "hour and a quarter is 1.25; fifty minutes are 0.75."
            ),
        ),
        Question(
            ask="The conference has parallel tracks. Do I add them all up?",
            answer=(
                "No, enter the most that one learner can earn. Two days of six hours with three tracks side "
                "by side is 12 credits, because nobody can sit in three rooms."
            ),
        ),
        Question(
            ask="Where do nursing or pharmacy credits go?",
            answer=(
                "Not in this box: it holds the number of AMA PRA Category 1 Credit(s)™ alone. The people who "
                "came for other kinds of credit are still counted, under Total other learners."
            ),
        ),
    ),
    "on_passport": (
        Question(
            ask="What is CME Passport?",
            answer=(
                "Our public search, where physicians look for activities by topic, place, date, format or "
                "board. If you answer Yes, your activity can be found there as soon as it is Active and "
                "until it has ended."
            ),
        ),
        Question(
            ask="What else do I have to enter if I say Yes?",
            answer=(
                "Registration, fee and a web address, all three in the next step. A learner who finds you "
                "wants to know whether they may come, what it costs and where to sign up."
            ),
        ),
        Question(
            ask="Our grand rounds are for our own staff only. Do we include them?",
            answer=(
                "It is your choice; many answer No for activities that nobody from outside may attend. If "
                "you include them, choose Limited under Registration, so that nobody comes in vain."
            ),
        ),
        Question(
            ask="Will everybody see our commendation criteria and learner counts?",
            answer=(
                "No. Commendation criteria, internal ID and counts stay with you and your accreditor. What "
                "learners see is about the activity itself: title, dates, place, credits, description, how "
                "to register, providership, the outcomes you measure and whether there is commercial "
                "support."
            ),
        ),
    ),
    "description": (
        Question(
            ask="What do I write here?",
            answer=(
                "A few sentences on what learners will take away and for whom it is meant. You may paste the "
                "abstract, the content outline or the learning objectives instead; lists keep their lines."
            ),
        ),
        Question(
            ask="How long may it be?",
            answer=(
                "2,500 characters, about a page. The counter under the box shows what is left. Longer text "
                "stays in the box for you to shorten; we never cut it."
            ),
        ),
        Question(
            ask="Can it be short for an internal activity?",
            answer=(
                "Yes. One honest sentence will do, for example: “Weekly case conference of the department of "
                "surgery on complications and near misses.”"
            ),
        ),
    ),
    "specialties": (
        Question(
            ask="Is this required, and what is it good for?",
            answer=(
                "It is optional. In CME Passport learners filter by specialty, so an activity with “Family "
                "Medicine” is found by people who would not have guessed your title."
            ),
        ),
        Question(
            ask="Our specialty is not in the list. What now?",
            answer=(
                "Type it. The list is there to save typing and to keep spellings alike, not to limit you. "
                "Choose as many as the activity is really meant for; three that fit are worth more than "
                "twenty."
            ),
        ),
    ),
    # Step 3: Registration details
    "registration": (
        Question(
            ask="Which one do I choose when people must register first?",
            answer=(
                "Open to all: having to register, or paying a fee, does not limit who may come. Choose "
                "Limited when only some people can, for example your medical staff or members of your "
                "society."
            ),
        ),
        Question(
            ask="Do I need to answer this?",
            answer=(
                "Only if the activity is in CME Passport, or is registered for MOC or REMS. Otherwise you "
                "may leave registration, fee and web address empty and go on."
            ),
        ),
    ),
    "fee": (
        Question(
            ask="Members pay nothing, others do. What do I choose?",
            answer=(
                "Variable: use it whenever the answer is “it depends”, be it on membership, profession or an "
                "early-bird date. Yes means everybody pays; No, it’s free means nobody does."
            ),
        ),
        Question(
            ask="The course is free, but the certificate costs ten dollars. Is it free?",
            answer=(
                "If learners have to pay to earn the credit, choose Yes; if paying is optional, choose "
                "Variable. Learners do not like surprises at the last page."
            ),
        ),
        Question(
            ask="Where do I enter the amount?",
            answer="Nowhere: amounts change. Your own page, at the activity URL, tells the price.",
        ),
    ),
    "url": (
        Question(
            ask="Which web address is best?",
            answer=(
                "The page where a learner can read about this activity and sign up, such as "
                "https://cme.example.org/sepsis-2026. Your home page is better than nothing, but people get "
                "lost on the way."
            ),
        ),
        Question(
            ask="The page is not there yet. What do I enter?",
            answer=(
                "Your department’s CME page for now, and the right one later by Edit. If the activity is not "
                "in CME Passport and not registered for MOC or REMS, leave it empty."
            ),
        ),
        Question(
            ask="The page is on our intranet. Is that a problem?",
            answer=(
                "Learners from outside will not get through. Give a public page that says whom to ask, or "
                "leave the activity out of CME Passport."
            ),
        ),
    ),
    "collaborations": (
        Question(
            ask="What are collaborations?",
            answer=(
                "Programs of others for which your activity may count: continuing certification of the "
                "specialty boards (MOC or CC), risk evaluation and mitigation strategies (REMS), and "
                "improvement activities of the Merit-based Incentive Payment System (MIPS). Most activities "
                "have none."
            ),
        ),
        Question(
            ask="Can one activity have several?",
            answer=(
                "Yes. Add one row for each: a course for internists and pediatricians may have one MOC row "
                "for ABIM and one for ABP, each with its own points."
            ),
        ),
        Question(
            ask="Can I add a collaboration later?",
            answer=(
                "Yes, until the activity is closed. It is kinder to learners to do it before the activity "
                "starts, so that they know what they will get."
            ),
        ),
    ),
    "collaborations.moc": (
        Question(
            ask="May the MOC points differ from the CME credits?",
            answer=(
                "Yes, they are often fewer. A conference of 20 credits where only the ethics half-day meets "
                "the board’s requirements may carry 4 points. Like credits, points go in steps of 0.25."
            ),
        ),
        Question(
            ask="What do I attest to?",
            answer=(
                "That the activity meets the board’s requirements; that you will collect the learners’ data, "
                "with their consent, and report them; that the activity may be published; and that you keep "
                "the records and show them if audited. Somebody in your office stands for it by name, so ask "
                "that person first."
            ),
        ),
        Question(
            ask="What is the credit claim date?",
            answer=(
                "The last day on which a learner can claim the points. Give people some time after the end: "
                "for a course on March 10 the end of the year is common."
            ),
        ),
        Question(
            ask="Do I need a content outline, and the board’s own ID?",
            answer=(
                "Only where the board asks for them; if it does not, leave them empty. Every board needs at "
                "least one practice area, one credit type and the points."
            ),
        ),
        Question(
            ask="Why are registration, fee and web address suddenly needed?",
            answer=(
                "Diplomates find activities that are registered for MOC in a public list, so those three "
                "must be there before you can close the activity."
            ),
        ),
    ),
    "collaborations.rems": (
        Question(
            ask="When is an activity a REMS activity?",
            answer=(
                "When it was planned to meet a REMS education blueprint of the FDA, for example on opioid "
                "analgesics, and is agreed with the REMS program. Touching on safe prescribing is not "
                "enough."
            ),
        ),
        Question(
            ask="Where do I find the RPC ID?",
            answer=(
                "In the letter of agreement or grant notice of the REMS Program Companies (RPC). Copy it "
                "with all its hyphens; if you cannot find it, your contact at the RPC has it."
            ),
        ),
        Question(
            ask="How do I enter the grant?",
            answer=(
                "As monetary commercial support in the next step, with the source “REMS Program Companies "
                "(RPC)” and the whole amount."
            ),
        ),
    ),
    "collaborations.mips": (
        Question(
            ask="What does the MIPS answer say?",
            answer=(
                "That clinicians may report this activity as an improvement activity in the Merit-based "
                "Incentive Payment System. It is a plain yes; no points or IDs are asked."
            ),
        ),
        Question(
            ask="Does every quality improvement activity qualify?",
            answer=(
                "No. The MIPS program says what an improvement activity must contain; for accredited "
                "education the usual test is that learners work on a gap in quality and look at their "
                "results afterwards. Choose it when you have checked that yours does."
            ),
        ),
    ),
    # Step 4: Accreditation details
    "internal_id": (
        Question(
            ask="What is the internal ID for?",
            answer=(
                "It is your own number for the activity, from your calendar or learning system. It is "
                "optional, and well worth having: you can search for it, and it keeps your lists and ours "
                "together, so that nothing is entered twice."
            ),
        ),
        Question(
            ask="It says the ID is taken. What can I do?",
            answer=(
                "Each internal ID belongs to one activity only. Search the activity summary for it: you may "
                "have entered this activity already. If it is really another one, add something, such as "
                "RSS-014-2026."
            ),
        ),
        Question(
            ask="Do leading zeros matter?",
            answer="Yes, we keep them as typed: 00125 and 125 are two different IDs.",
        ),
    ),
    "providership": (
        Question(
            ask="What is the difference between Direct and Joint?",
            answer=(
                "Direct: your organization planned it alone, or together with other accredited providers. "
                "Joint: you planned it with at least one organization that is not accredited, such as a "
                "patient group or a community hospital without its own accreditation."
            ),
        ),
        Question(
            ask="We planned it with another accredited provider. Is that Joint?",
            answer=(
                "No, it is Direct, and only one of you reports it. Agree on who awards the credit; that "
                "provider enters the activity."
            ),
        ),
        Question(
            ask="Is a company that paid for the activity a joint provider?",
            answer=(
                "No. Ineligible companies give commercial support, and cannot be joint providers. Enter them "
                "under Commercial support."
            ),
        ),
    ),
    "joint_providers": (
        Question(
            ask="Whom do I list?",
            answer=(
                "Every organization without accreditation that helped to plan or run the activity, by its "
                "full name. Use + to add another; your own organization is not listed."
            ),
        ),
        Question(
            ask="Do individual speakers or planners belong here?",
            answer=(
                "No, only organizations. A faculty member from another hospital does not make that hospital "
                "a joint provider; planning it with them does."
            ),
        ),
        Question(
            ask="I do not know the name yet. Can I go on?",
            answer="Yes. The name is needed only when you close the activity; until then it can wait.",
        ),
    ),
    "outcomes": (
        Question(
            ask="Objective or Subjective, how do I tell?",
            answer=(
                "Subjective is what learners say about themselves: “I intend to change how I prescribe.” "
                "Objective is what you can observe or measure: a test, a checklist in simulation, chart "
                "data. If you did both, choose both."
            ),
        ),
        Question(
            ask="What is the difference between knowledge, competence and performance?",
            answer=(
                "Knowledge is knowing it, competence is knowing how to do it, performance is what they do in "
                "practice. A quiz on the guideline measures knowledge, a worked case measures competence, "
                "and an audit of charts three months later measures performance."
            ),
        ),
        Question(
            ask="Do I choose what we planned or what we measured?",
            answer=(
                "What you measured, or have a way in place to measure, even if the results are not in yet. "
                "One is enough to close the activity; choose more only where you have the data."
            ),
        ),
        Question(
            ask="When do Patient Health and Community Health apply?",
            answer=(
                "When you looked at results in patients, such as fewer readmissions on the wards that took "
                "part, or in a community, such as the vaccination rate of a county. Hoping for them is not "
                "measuring them."
            ),
        ),
    ),
    "support_received": (
        Question(
            ask="What counts as commercial support?",
            answer=(
                "Money or goods from an ineligible company that pay for all or part of this activity. An "
                "ineligible company is one whose main business is making, marketing or selling health care "
                "products used by or on patients, such as a drug or device maker."
            ),
        ),
        Question(
            ask="Companies paid for exhibit booths and advertisements. Is that commercial support?",
            answer=(
                "No. Income from exhibits and advertising is not commercial support. If that is all you "
                "received, answer No here."
            ),
        ),
        Question(
            ask="What about a government grant or a foundation?",
            answer=(
                "A grant from a government agency, or from a foundation that is not an ineligible company, "
                "is not commercial support. Neither is money from your own hospital."
            ),
        ),
        Question(
            ask="The grant went to our joint provider. Do we still report it?",
            answer="Yes, in full. Whoever held the money, it supported this activity.",
        ),
    ),
    "support": (
        Question(
            ask="Do I enter a value for in-kind support?",
            answer=(
                "No, never. In-kind support, such as three ultrasound machines on loan, is reported by the "
                "name of the company alone. Please do not turn it into dollars."
            ),
        ),
        Question(
            ask="One company gave money and lent equipment. How do I enter that?",
            answer=(
                "As two sources: one monetary with the amount, one in-kind with the name. The same name may "
                "stand in both."
            ),
        ),
        Question(
            ask="How exact must the amount be?",
            answer=(
                "Whole US dollars, the full amount received for this activity. You may type or paste "
                "$12,500.00; we keep 12500."
            ),
        ),
        Question(
            ask="One grant paid for several activities. What do I enter?",
            answer=(
                "Divide it: each activity gets its part, and together they make up the grant. $30,000 for "
                "three workshops of the same size is $10,000 each."
            ),
        ),
        Question(
            ask="The company is not in the list. What do I do?",
            answer=(
                "Type its name as it stands in the letter of agreement. Next time it will be suggested to "
                "you; other providers do not see it."
            ),
        ),
    ),
    "commendation": (
        Question(
            ask="What happens if I answer Yes?",
            answer=(
                "It is a bookmark for yourself, never shown to the public and never judged. When you prepare "
                "for reaccreditation, you filter the activity summary by criterion and have your examples at "
                "hand."
            ),
        ),
        Question(
            ask="Is it needed to close the activity?",
            answer=(
                "No. You may answer it now, later or never. Most people mark an activity while they still "
                "remember why it was special."
            ),
        ),
    ),
    "commendation_criteria": (
        Question(
            ask="How many criteria do we need for commendation?",
            answer=(
                "Eight: any seven, and at least one from Achieves Outcomes (C36 to C38). That is for your "
                "whole program over the accreditation term, not for each activity."
            ),
        ),
        Question(
            ask="Can one activity be marked for several criteria?",
            answer=(
                "Yes. A simulation day planned together with nurses and a patient could be marked for "
                "Engages Teams, Engages Patients/Public and Optimizes Technical/Procedural Skills. Chosen "
                "criteria turn blue and carry a check mark."
            ),
        ),
        Question(
            ask="How many activities do we need per criterion?",
            answer=(
                "For some criteria it depends on how many activities you hold in a term: small (up to 39), "
                "medium (40 to 100), large (101 to 250) or extra large (more than 250). Advances Data Use, "
                "for example, asks for 2, 4, 6 or 8."
            ),
        ),
    ),
    # The activity summary: Update Learners
    "physicians": (
        Question(
            ask="Do residents count as physicians?",
            answer=(
                "Yes, residents and fellows are physicians (MD, DO or equivalent). Medical students are not "
                "yet: count them as other learners."
            ),
        ),
        Question(
            ask="How do we count attendance at a Regularly Scheduled Series?",
            answer=(
                "Count each attendance. If 20 physicians come to all 52 sessions, enter 1,040 (20 × 52). At "
                "a conference of three days, on the other hand, each person counts once."
            ),
        ),
        Question(
            ask="Do we count people who did not claim credit?",
            answer=(
                "Yes, everybody of whom you can show that they completed all or part of the activity, with "
                "or without credit. Registering and not coming, or opening a web page and leaving, does not "
                "count."
            ),
        ),
        Question(
            ask="Nobody came, or none were physicians. May I enter 0?",
            answer="Yes, 0 is an answer. An empty box is not: it means you do not know yet.",
        ),
    ),
    "other_learners": (
        Question(
            ask="Who are other learners?",
            answer=(
                "Everybody who learned and is not a physician: nurses, pharmacists, physician assistants, "
                "therapists, students, administrators. One total for all of them is enough."
            ),
        ),
        Question(
            ask="Do speakers and staff count?",
            answer=(
                "Speakers who stayed and learned count like any other learner; those who came for their own "
                "talk alone do not. Your team at the registration desk was working, so leave them out."
            ),
        ),
    ),
    "counts_as_of": (
        Question(
            ask="What does the as of date mean?",
            answer=(
                "An Enduring Material keeps collecting learners, so its count belongs to a day. For the "
                "annual report that is December 31: on January 15, 2027 you would enter the total up to "
                "December 31, 2026, and choose that date."
            ),
        ),
        Question(
            ask="Do I enter this year’s learners or all of them?",
            answer=(
                "All since the start date. With 300 in the first year and 200 more in the second, the second "
                "year-end count is 500. We keep each year’s value, so that you can always see the growth."
            ),
        ),
        Question(
            ask="Why am I warned that the total went down?",
            answer=(
                "A total since the start cannot fall, so usually only the last year was entered. If the "
                "older count was the wrong one, confirm and go on."
            ),
        ),
    ),
}
"""For each field people ask about, at least two questions with their answers, in the order to show them."""
