"""The routes about the caller, and about the services themselves."""

from __future__ import annotations

from typing import Final

from openpars.api.describing.operation import Answer, Key, Operation, words
from openpars.api.schemas import DATE, FLAG, INSTANT, TEXT, Schema, listed, nullable, record

SCHEMAS: Final[dict[str, Schema]] = {}

OPERATIONS: Final[dict[Key, Operation]] = {
    ("GET", "me"): Operation(
        id="getMe",
        tag="Your key",
        summary="See whose key this is, and what it may do",
        answers={
            200: Answer(
                "The key, its provider, and the day it is there.",
                record(
                    {
                        "key": record(
                            {
                                "name": TEXT,
                                "kind": words("live", "test"),
                                "prefix": TEXT,
                                "scopes": listed(words("read", "write", "close")),
                                "expires_at": nullable(INSTANT),
                            }
                        ),
                        "provider": record({"number": TEXT, "name": TEXT}),
                        "accreditor": record({"name": TEXT, "time_zone": TEXT}),
                        "sandbox": {**FLAG, "description": "Whether everything happens in the sandbox."},
                        "today": {**DATE, "description": "The day it is in the accreditor's time zone."},
                    }
                ),
            )
        },
    ),
    ("GET", "openapi.json"): Operation(
        id="getOpenApi",
        tag="This document",
        summary="Read this document",
        answers={200: Answer("This document.", {"type": "object"}, ("ETag",))},
    ),
}
