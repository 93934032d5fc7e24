"""The passport room, as Django knows it."""

from django.apps import AppConfig


class PassportConfig(AppConfig):
    """Says what is public, and keeps an index of it."""

    name = "openpars.passport"
    label = "passport"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register who keeps the index."""
        from openpars.jobs import companions  # noqa: PLC0415 - models load only after the settings are known
        from openpars.passport.following import Follower  # noqa: PLC0415

        companions.register("passport", Follower, everywhere=True)
