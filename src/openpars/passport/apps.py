"""The passport room, as Django knows it."""

from django.apps import AppConfig


class PassportConfig(AppConfig):
    """Says what is public, and keeps an index of it."""

    name = "openpars.passport"
    label = "passport"
    default_auto_field = "django.db.models.BigAutoField"
