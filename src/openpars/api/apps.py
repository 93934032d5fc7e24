"""The api room, as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What the web services keep: how often a key called, and the answers to calls that may be repeated."""

    name = "openpars.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have answers forgotten that are kept no longer."""
        from openpars.api import idempotency  # noqa: PLC0415 - models load only after the settings are known
        from openpars.jobs import handlers  # noqa: PLC0415

        handlers.each_hour(idempotency.forget)
