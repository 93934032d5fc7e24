"""An activity that somebody deletes between the page's look at it and the verb."""

from typing import Any

import pytest

from openpars.activities.models import Activity
from openpars.activities.verbs.delete import delete
from openpars.web.access import Visit
from openpars.web.views import lifecycle
from openpars.web.views.form import steps
from tests import factories
from tests.activities.doing import common
from tests.web.desk import Desk, boxes_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("activity-close", ()),
        ("activity-reopen", ()),
        ("activity-copy", ()),
        ("activity-learners", ()),
        ("activity-step", ("information-for-learners",)),
    ],
)
def test_it_is_not_found(name: str, rest: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    activity = factories.activity(desk.provider)
    address = desk.url(name, activity.pk, *rest)
    boxes: dict[str, Any] = boxes_of(desk.get(address)) if "base_revision" in text(desk.get(address)) else {}
    looked = lifecycle._activity

    def deleted_meanwhile(came: Visit, activity_id: int) -> Activity:
        found = looked(came, activity_id)
        delete([activity_id], **common(desk.provider))
        return found

    for module in (lifecycle, steps):
        monkeypatch.setattr(module, "_activity", deleted_meanwhile)
    changed = {"physicians": "41", "description": "Changed", "reason": "A sheet was found"}
    assert desk.post(address, boxes | changed).status_code == 404
