"""The uploads room, as Django knows it."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """Tells the jobs room what it can do."""

    name = "openpars.uploads"
    label = "uploads"
    default_auto_field = "django.db.models.BigAutoField"
