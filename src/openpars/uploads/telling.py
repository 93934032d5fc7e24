"""Who hears of a file: the one who sent it, when it took long, by letter; and webhooks when it is finished."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core.mail import send_mail

from openpars import clock
from openpars.uploads.models import Upload
from openpars.uploads.states import State
from openpars.webhooks import messages

#: What is done sooner, people wait for.
LONG = timedelta(minutes=1)

_WORDS = {
    State.PLANNED: "is read. Nothing is written yet: look at what it would do, then apply it.",
    State.MAPPING: "has headings that we do not know. Please say what the columns hold.",
    State.UNREADABLE: "could not be read. The page says why, and how to mend it.",
    State.APPLIED: "is applied. The receipt shows every row.",
    State.UNDONE: "is undone. Everything it wrote is as it was before.",
    State.FAILED: "could not be worked through: something broke on our side. Nothing of it is half written.",
}


def when_long(upload_id: UUID) -> None:
    """Write to who sent the file, if they waited long; a letter that cannot be sent stops nothing."""
    upload = Upload.objects.select_related("person").filter(pk=upload_id).first()
    if upload is None or upload.person is None or not upload.page or upload.state not in _WORDS:
        return
    if clock.now() - upload.asked_at < LONG:
        return
    send_mail(
        subject=f"Your file {upload.file_name}",
        message=f"The file {upload.file_name} {_WORDS[State(upload.state)]}\n\n{upload.page}\n",
        from_email=None,
        recipient_list=[upload.person.email],
        fail_silently=True,
    )


def finished(upload: Upload) -> None:
    """Tell webhooks of a file with which nothing more happens by itself, in the transaction that says so."""
    messages.upload_finished(
        upload.provider_id,
        {
            "upload": str(upload.pk),
            "file_name": upload.file_name,
            "state": upload.state,
            "at": clock.now().isoformat(),
            "counts": upload.counts,
        },
    )
