"""Tells a worker's process of the tests' handlers."""

from django.apps import AppConfig


class ObedientConfig(AppConfig):
    name = "tests.jobs"
    label = "obedient"

    def ready(self) -> None:
        from tests.jobs import obedient  # noqa: PLC0415 - models load only when apps are ready

        obedient.register()
