"""The uploads room, as Django knows it."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """Tells the jobs room which jobs are done here."""

    name = "openpars.uploads"
    label = "uploads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handlers."""
        from openpars.jobs import handlers  # noqa: PLC0415 - models load only after the settings are known
        from openpars.uploads import applying, ending, planning, receiving, undoing  # noqa: PLC0415

        handlers.register(receiving.CHECK, planning.check, ended=ending.ended)
        handlers.register(applying.APPLY, applying.run, ended=ending.ended)
        handlers.register(undoing.UNDO, undoing.run, ended=ending.ended)
