"""`python -m bench.saver PROVIDER`: save activities one after the other, as people do, until the input ends.

Says `ready` when it has begun, and at the end as JSON how many were saved, how many failed, and the longest that
one of them took, in seconds.
"""

import json
import select
import sys
from itertools import count
from time import perf_counter, sleep

import django

#: Between two saves.
PAUSE = 0.02


def main(provider_id: int) -> None:
    """Save until the input ends."""
    from django.db import DatabaseError  # noqa: PLC0415 - needs the settings
    from tests import factories  # noqa: PLC0415

    from openpars.accounts.models import Provider  # noqa: PLC0415

    provider = Provider.objects.get(pk=provider_id)
    factories.activity(provider, title="First")
    print("ready", flush=True)
    longest, saved, failed = 0.0, 0, 0
    for number in count():
        if select.select([sys.stdin], [], [], 0)[0]:
            break
        start = perf_counter()
        try:
            factories.activity(provider, title=f"Activity {number}")
            saved += 1
        except DatabaseError:
            failed += 1
        longest = max(longest, perf_counter() - start)
        sleep(PAUSE)
    print(json.dumps({"longest": longest, "saved": saved, "failed": failed}))


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
