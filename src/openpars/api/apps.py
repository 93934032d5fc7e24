"""The api room, as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What the web services keep: how often a key called, and the answers to calls that may be repeated."""

    name = "openpars.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
