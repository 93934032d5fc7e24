"""Whatever a program sends by the OpenAPI document or beside it: no server error, no answer outside the document."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from openpars.api import openapi
from openpars.jobs import inline
from openpars.uploads.models import Upload
from tests.api.calling import Desk, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 25


def strict(schema: Any) -> None:
    """Let nothing be told that is not in the document: objects that are answered have no further members."""
    if isinstance(schema, dict):
        if "properties" in schema and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
        for part in schema.values():
            strict(part)
    elif isinstance(schema, list):
        for part in schema:
            strict(part)


def document() -> dict[str, Any]:
    found = deepcopy(openapi.document())
    strict(found["components"]["schemas"])
    for methods in found["paths"].values():
        for operation in methods.values():
            strict(operation["responses"])
    return found


SCHEMA = schemathesis.openapi.from_dict(document())
OPERATIONS = {
    result.ok().definition.raw["operationId"]: result.ok()
    for result in SCHEMA.get_all_operations()
    if isinstance(result, Ok)
}


@contextmanager
def one_connection() -> Iterator[None]:
    """As Django's own test client does: the end of a request does not close the test's connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def desk(settings: Any) -> Desk:
    settings.REQUESTS_PER_MINUTE = 1_000_000
    return Desk()


def test_nothing_is_left_out() -> None:
    assert set(OPERATIONS) == {operation.id for operation in openapi.OPERATIONS.values()}


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_answers_are_as_described(operation_id: str, desk: Desk) -> None:
    app = get_wsgi_application()
    ready = desk.activity(internal_id="READY")
    upload = told(
        desk.call(
            "POST", "uploads", b'{"internal_id":"A","title":"T","format":"C"}', kind="application/x-ndjson"
        )
    )["upload_id"]
    job = Upload.objects.get(pk=upload).job
    assert job is not None
    inline.run(job)
    known = {"target": [str(ready), "internal:READY"], "upload_id": [upload], "name": ["formats"]}
    seen: list[int] = []

    @settings(max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate])
    @given(case=OPERATIONS[operation_id].as_strategy())
    def run(case: Case[Any]) -> None:
        for name in case.path_parameters or {}:
            if len(seen) % 4:
                case.path_parameters[name] = known[name][len(seen) % len(known[name])]
        response = case.call(app=app, headers={"Authorization": f"Bearer {desk.secret}"})
        seen.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    with one_connection():
        run()
