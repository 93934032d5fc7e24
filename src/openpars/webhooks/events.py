"""The events that can be subscribed to, with the words the pages have for them."""

from __future__ import annotations

from django.db import models


class Event(models.TextChoices):
    """One kind of thing that happens. Those of activities are the feed's, behind `activity.`."""

    CREATED = "activity.created", "An activity is created"
    CHANGED = "activity.changed", "An activity is changed"
    CLOSED = "activity.closed", "An activity is closed"
    REOPENED = "activity.reopened", "An activity is opened again"
    DELETED = "activity.deleted", "An activity is deleted"
    RESTORED = "activity.restored", "A deleted activity is brought back"
    UPLOAD = "upload.finished", "An uploaded file is finished"


#: What a test delivery is; nobody subscribes to it.
TEST = "test"
