"""The uploads room, as Django knows it."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """Tells the jobs room which jobs are done here, and what is done every hour."""

    name = "openpars.uploads"
    label = "uploads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handlers and chores."""
        from openpars.jobs import handlers  # noqa: PLC0415 - models load only after the settings are known
        from openpars.uploads import (  # noqa: PLC0415
            applying,
            clearing,
            ending,
            forgetting,
            planning,
            preparing,
            receiving,
            undoing,
        )

        handlers.register(receiving.CHECK, planning.check, ended=ending.ended)
        handlers.register(applying.APPLY, applying.run, ended=ending.ended)
        handlers.register(clearing.CLEAR, clearing.run)
        handlers.register(undoing.UNDO, undoing.run, ended=ending.ended)
        handlers.register(preparing.PREPARE, preparing.run, ended=preparing.ended)
        handlers.each_hour(forgetting.forget_downloads)
