"""What a contact may do."""

from django.db import models


class Role(models.TextChoices):
    """The role of a contact of a provider or of an accreditor.

    Every contact can enter activities unless an administrator makes them a viewer.
    """

    ADMINISTRATOR = "administrator", "Administrator"
    EDITOR = "editor", "Editor"
    VIEWER = "viewer", "Viewer"


ROLE_MEANS: dict[Role, str] = {
    Role.ADMINISTRATOR: "Enters activities, and manages contacts and the organization’s data.",
    Role.EDITOR: "Enters, edits and closes activities.",
    Role.VIEWER: "Sees everything and changes nothing.",
}
