"""The webhooks room, as Django knows it."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Has deliveries made beside every worker."""

    name = "openpars.webhooks"
    label = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register who makes the deliveries."""
        from openpars.jobs import companions  # noqa: PLC0415 - models load only after the settings are known
        from openpars.webhooks.following import Follower  # noqa: PLC0415

        companions.register("webhooks", Follower)
