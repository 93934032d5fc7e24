"""Register an activity, update its learners and close it, knowing nothing but the OpenAPI document.

    OPENPARS_KEY=openpars_test_... python3 examples/register_activity.py https://pars.example.org

Addresses, methods, parameters and the header with the key are read from the document that the site serves; an
operation is known by its `operationId`, which never changes. Needs nothing but Python.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import date, timedelta
from typing import Any

DOCUMENT = "/api/v1/openapi.json"
ATTEMPTS = 5
#: Answers after which the same call may be sent again, with the same Idempotency-Key.
WORTH_REPEATING = {429, 500, 503}


class Refused(Exception):
    """A call was not done; its words say why, with everything that was found."""

    def __init__(self, problem: dict[str, Any]) -> None:
        found = [f"  {one['path']}: {one['message']} {one['mend']}" for one in problem["findings"]]
        super().__init__("\n".join([f"{problem['title']}: {problem['detail']}", *found]))
        self.status: int = problem["status"]


class Service:
    """A site's web services, as its OpenAPI document describes them."""

    def __init__(self, site: str, key: str) -> None:
        with urllib.request.urlopen(site + DOCUMENT) as answer:
            document = json.load(answer)
        scheme = document["components"]["securitySchemes"]["key"]
        assert (scheme["type"], scheme["scheme"]) == ("http", "bearer"), scheme
        self._key = key
        self._root = urllib.parse.urljoin(site, document["servers"][0]["url"]).rstrip("/")
        self._operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }

    def call(self, operation_id: str, body: Any = None, **given: Any) -> Any:
        """Do what an operation does; parameters go where the document says. Raises Refused."""
        method, path, operation = self._operations[operation_id]
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        query: dict[str, str] = {}
        for parameter in operation["parameters"]:
            name, place = parameter["name"], parameter["in"]
            if name == "Idempotency-Key":
                headers[name] = str(uuid.uuid4())
            elif name in given and place == "path":
                path = path.replace(f"{{{name}}}", urllib.parse.quote(str(given.pop(name)), safe=":"))
            elif name in given:
                (query if place == "query" else headers)[name] = str(given.pop(name))
        assert not given, f"{operation_id} has no parameter {', '.join(given)}"
        address = self._root + path + (f"?{urllib.parse.urlencode(query)}" if query else "")
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = next(iter(operation["requestBody"]["content"]))
        return _answered(urllib.request.Request(address, data, headers, method=method))


def _answered(request: urllib.request.Request) -> Any:
    """Send a request, and again where it is worth it; what is sent twice is done once."""
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(request) as answer:
                content = answer.read()
                return json.loads(content) if content else None
        except urllib.error.HTTPError as error:
            if error.code not in WORTH_REPEATING or attempt == ATTEMPTS - 1:
                raise Refused(json.load(error)) from None
            time.sleep(float(error.headers.get("Retry-After", 2**attempt)))
        except urllib.error.URLError:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(2**attempt)
    raise AssertionError("Every attempt ends with an answer or an error.")


def course(internal_id: str, day: date) -> dict[str, Any]:
    """Return an activity of one day, with everything that closing asks for but learner counts."""
    return {
        "internal_id": internal_id,
        "title": "Sepsis in the Emergency Department",
        "format": "C",
        "start_date": day.isoformat(),
        "end_date": day.isoformat(),
        "delivery_methods": ["In-Person"],
        "city": "Chicago",
        "state": "IL",
        "country": "USA",
        "credits": "1.5",
        "on_passport": False,
        "description": "How to recognize sepsis early, and what to do in the first hour.",
        "providership": "Direct",
        "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": ["Objective"]}],
        "support_received": False,
        "commendation": False,
    }


def main() -> None:
    """Register, count, close, and say at each step where the activity stands."""
    service = Service(sys.argv[1].rstrip("/"), os.environ["OPENPARS_KEY"])
    me = service.call("getMe")
    print(f"{me['key']['name']} works for {me['provider']['name']}.")

    yesterday = date.fromisoformat(me["today"]) - timedelta(days=1)
    answers = course(f"EXAMPLE-{uuid.uuid4().hex[:8]}", yesterday)
    service.call("createActivity", answers, validate_only="true")
    activity = service.call("createActivity", answers)
    print(f"Activity {activity['activity_id']} is registered: {activity['status']}.")

    target = activity["activity_id"]
    print(service.call("getActivityBlockers", target=target)["text"])
    activity = service.call("updateLearnerCounts", {"physicians": 40, "other_learners": 12}, target=target)
    print(f"{activity['physicians']} physicians and {activity['other_learners']} others took part.")

    activity = service.call("closeActivity", target=target)
    print(f"Activity {target} is {activity['status']}.")


if __name__ == "__main__":
    main()
