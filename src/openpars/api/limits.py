"""How often a key may call: counted in the database, so that all processes count together."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection

from openpars.allowances import Spent
from openpars.api.models import CallCount

_TABLE: Final = CallCount._meta.db_table
_COUNT: Final = (
    f"INSERT INTO {_TABLE} (api_key_id, minute, calls) VALUES (%s, %s, 1) ON CONFLICT (api_key_id) DO UPDATE"
    f" SET calls = CASE WHEN {_TABLE}.minute = excluded.minute THEN {_TABLE}.calls + 1 ELSE 1 END,"
    " minute = excluded.minute RETURNING calls"
)


def spend(api_key_id: int, *, now: datetime) -> Spent:
    """Count one call of a key. One statement, the only one that a call which reads writes with."""
    minute, second = divmod(int(now.timestamp()), 60)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [api_key_id, minute])
        (calls,) = cursor.fetchone()
    return Spent(calls, settings.REQUESTS_PER_MINUTE, 60 - second)
