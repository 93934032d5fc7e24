"""Tells a worker's process of the tests' handlers."""

from django.apps import AppConfig


class ObedientConfig(AppConfig):
    name = "tests.jobs"
    label = "obedient"

    def ready(self) -> None:
        from openpars.jobs import handlers  # noqa: PLC0415 - models load only when apps are ready
        from tests.jobs import obedient  # noqa: PLC0415

        obedient.register()
        handlers.each_hour(obedient.chore)
