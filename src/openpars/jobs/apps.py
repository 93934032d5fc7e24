"""The Django app of this room."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Background work."""

    name = "openpars.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
