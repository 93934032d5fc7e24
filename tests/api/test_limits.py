"""How often a key may call."""

from datetime import timedelta

import pytest
from django.test import override_settings

from openpars import clock
from tests.api.calling import Desk, told
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@override_settings(REQUESTS_PER_MINUTE=2)
def test_a_key_may_call_so_often_in_a_minute_and_another_key_as_often() -> None:
    desk, other = Desk(), Desk()
    with clock.frozen(NOON + timedelta(seconds=18)):
        answers = [desk.get("me") for _ in range(4)]
        assert [
            (one.status_code, one["RateLimit-Limit"], one["RateLimit-Remaining"], one["RateLimit-Reset"])
            for one in answers
        ] == [(200, "2", "1", "42"), (200, "2", "0", "42"), (429, "2", "0", "42"), (429, "2", "0", "42")]
        assert (answers[2]["Retry-After"], told(answers[2])["status"]) == ("42", 429)
        assert other.get("me").status_code == 200
    with clock.frozen(NOON + timedelta(seconds=60)):
        assert desk.get("me").status_code == 200


def test_refusals_say_how_many_calls_are_left_too() -> None:
    answer = Desk("read").post("activities", {})
    assert (answer.status_code, answer["RateLimit-Remaining"]) == (403, "599")
