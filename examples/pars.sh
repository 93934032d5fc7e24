#!/usr/bin/env bash
# Add an activity, count its learners and close it, over the XML dialect of PARS, with curl alone.
#
#     OPENPARS_KEY=openpars_test_... examples/pars.sh https://pars.example.org
#
# The key needs the scopes write and close; with a test key it all happens in your sandbox. Every request that writes
# has an Idempotency-Key, so that curl may send it again when the connection breaks.
set -euo pipefail

site=${1:?Say where the site is, such as https://pars.example.org}
: "${OPENPARS_KEY:?Put your API key into the environment variable OPENPARS_KEY}"

service=$site/services/pars/activities
internal_id=SEPSIS-$(date +%s)-$$
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# Send the XML from standard input; leave the answer in $answer, and stop with its words if it is a problem.
send() {
  local status
  # The key goes through a file descriptor, so that no list of processes shows it.
  status=$(curl --silent --show-error --retry 3 --output "$answer" --write-out '%{http_code}' \
    --header @<(printf 'Authorization: Bearer %s' "$OPENPARS_KEY") \
    --header 'Content-Type: application/xml; charset=utf-8' \
    --header "Idempotency-Key: $internal_id-$1" \
    --data-binary @- "$service")
  if [[ $status != 200 && $status != 201 ]]; then
    echo "$1 was answered with $status:" >&2
    cat "$answer" >&2
    exit 1
  fi
}

# The text of the first element of this name in the answer.
told() {
  sed -n "s:.*<r\:$1>\([^<]*\)</r\:$1>.*:\1:p" "$answer" | head -n 1
}

send add <<XML
<ACCMEActivities>
  <MedicalEducationMetrics>
    <general>
      <identifier><catalog>Provider Activity ID</catalog><entry>$internal_id</entry></identifier>
      <title>Sepsis in the Emergency Department</title>
      <description>How to recognise sepsis early, and what to do in the first hour.</description>
    </general>
    <healthcareEducation>
      <credits>
        <activityCertification>AMA PRA Category 1</activityCertification>
        <numberOfCredits>1.5</numberOfCredits>
      </credits>
      <startDateTime>2026-01-14T00:00:00</startDateTime>
      <endDateTime>2026-01-14T00:00:00</endDateTime>
      <activitySponsorship>direct</activitySponsorship>
      <activityFormat>Live Course</activityFormat>
      <commercialSupport>no</commercialSupport>
    </healthcareEducation>
    <XtensibleInfo>
      <DeliveryMethods><DeliveryMethod>Live-Streamed</DeliveryMethod></DeliveryMethods>
      <MeasuredOutcomes>
        <MeasuredOutcome>Learner Knowledge</MeasuredOutcome>
        <MeasurementType>Objective</MeasurementType>
      </MeasuredOutcomes>
      <ForPublicList>false</ForPublicList>
      <activityRecordAction>Add</activityRecordAction>
    </XtensibleInfo>
  </MedicalEducationMetrics>
</ACCMEActivities>
XML
activity_id=$(told ActivityID)
echo "Activity $activity_id is added: $(told Status)."

send count <<XML
<ACCMEActivities>
  <MedicalEducationMetrics>
    <identifier><catalog>ACCME Activity ID</catalog><entry>$activity_id</entry></identifier>
    <ParticipationMetrics>
      <ParticipantsByCategory><CategoryName>physician</CategoryName><Number>40</Number></ParticipantsByCategory>
      <ParticipantsByCategory><CategoryName>non-physician</CategoryName><Number>12</Number></ParticipantsByCategory>
    </ParticipationMetrics>
    <XtensibleInfo><activityRecordAction>Update</activityRecordAction></XtensibleInfo>
  </MedicalEducationMetrics>
</ACCMEActivities>
XML
echo "Its learners are counted: $(told Result)."

send close <<XML
<ACCMEActivities>
  <MedicalEducationMetrics>
    <identifier><catalog>ACCME Activity ID</catalog><entry>$activity_id</entry></identifier>
    <XtensibleInfo>
      <activityRecordAction>Update</activityRecordAction>
      <closeActivityRecord>true</closeActivityRecord>
    </XtensibleInfo>
  </MedicalEducationMetrics>
</ACCMEActivities>
XML
if [[ $(told Status) != Closed ]]; then
  echo "Activity $activity_id was not closed:" >&2
  cat "$answer" >&2
  exit 1
fi
echo "Activity $activity_id is $(told Status)."
