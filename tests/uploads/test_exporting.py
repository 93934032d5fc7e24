"""An export while people go on working."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from openpars.formats.writers import tab
from openpars.uploads.exporting import Format
from tests import factories
from tests.activities import doing
from tests.uploads import sending


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("frozen")
def test_an_export_is_of_one_moment_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = factories.provider()
    activity = factories.activity(provider, providership="Joint", joint_providers=["First"])
    before = sending.exported(provider, Format.TAB)
    write: Callable[..., None] = tab.write

    def while_somebody_saves(*args: Any, **options: Any) -> None:
        # By now it is known how many columns the joint providers need.
        saving = threading.Thread(target=save)
        saving.start()
        saving.join()
        write(*args, **options)

    def save() -> None:
        assert doing.edit(activity, {"joint_providers": ["First", "Second"], "title": "Later"}).done
        connection.close()

    monkeypatch.setattr(tab, "write", while_somebody_saves)
    assert sending.exported(provider, Format.TAB) == before
    monkeypatch.undo()
    assert b"Second" in sending.exported(provider, Format.TAB)
