"""The Django app of the record."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """Stored activities and their history."""

    name = "openpars.activities"
    label = "activities"
    default_auto_field = "django.db.models.BigAutoField"
