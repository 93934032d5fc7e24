"""Files sent as a provider's editor sends them, and worked through at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile

from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities import queries as activities
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.summary import SummaryFilter
from openpars.formats.rows import Kind
from openpars.jobs import inline
from openpars.uploads import applying, exporting, queries, receiving, undoing
from openpars.uploads.models import Upload
from tests import factories

HEADINGS = (
    "Internal ID",
    "Activity Title",
    "Activity Format",
    "Start Date",
    "End Date",
    "Delivery Method",
    "AMA PRA Category 1 Credits",
)


def row(internal_id: str, **over: str) -> dict[str, str]:
    """One row of a file, good enough for a draft."""
    return {
        "Internal ID": internal_id,
        "Activity Title": f"Course {internal_id}",
        "Activity Format": "Live Course",
        "Start Date": "3/5/2026",
        "End Date": "3/6/2026",
        "Delivery Method": "Live-Streamed",
        "AMA PRA Category 1 Credits": "2",
    } | {name.replace("_", " "): value for name, value in over.items()}


def text_of(rows: Sequence[Mapping[str, str]]) -> bytes:
    """The rows as tab-delimited text with headings."""
    headings = list(dict.fromkeys(heading for one in rows for heading in one))
    lines = ["\t".join(headings), *("\t".join(one.get(name, "") for name in headings) for one in rows)]
    return "\n".join(lines).encode()


def scope_of(provider: Provider) -> Any:
    return factories.scope(provider)


def send(
    provider: Provider,
    content: bytes | Sequence[Mapping[str, str]],
    *,
    name: str = "activities.txt",
    kind: Kind = Kind.ACTIVITIES,
    adopt: bool = False,
) -> Upload:
    """Send a file and have it read, checked and planned."""
    upload = receiving.receive(
        ContentFile(content if isinstance(content, bytes) else text_of(content)),
        name=name,
        kind=kind,
        adopt=adopt,
        scope=scope_of(provider),
        actor=factories.actor(),
        door=Door.FILE,
        now=clock.now(),
    )
    return worked(upload)


def worked(upload: Upload) -> Upload:
    """Have the upload's job done, and return the upload as it stands then."""
    upload.refresh_from_db()
    if upload.job is not None:
        inline.run(upload.job)
    return Upload.objects.get(pk=upload.pk)


def apply(upload: Upload, *, good_rows_only: bool = False) -> Upload:
    """Apply an upload's plan."""
    applying.apply_plan(
        upload,
        good_rows_only=good_rows_only,
        scope=scope_of(upload.provider),
        actor=factories.actor(),
    )
    return worked(upload)


def undo(upload: Upload) -> Upload:
    """Undo an applied upload."""
    undoing.undo_upload(upload, scope=scope_of(upload.provider), actor=factories.actor())
    return worked(upload)


def results(upload: Upload) -> list[tuple[int, str]]:
    """The rows' numbers and what would become of them."""
    return list(queries.rows(upload).values_list("number", "result"))


def found(upload: Upload) -> list[tuple[int | None, str, str, str | None]]:
    """The findings: row, rule, cell and value."""
    return list(queries.findings(upload).values_list("row", "rule", "cell", "value"))


def stored(provider: Provider) -> list[Activity]:
    """The provider's activities, oldest first."""
    return list(activities.of(scope_of(provider)).order_by("pk"))


def exported(provider: Provider, form: exporting.Format) -> bytes:
    """Everything the provider has, as a file."""
    now = clock.now()
    today = clock.today(provider.accreditor.time_zone)
    with exporting.export(scope_of(provider), SummaryFilter(), form, now=now, today=today) as file:
        return file.read()
