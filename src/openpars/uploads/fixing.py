"""Putting bad answers right on the page: what is typed there stands instead of the cell's."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet

from openpars.accounts.scopes import Scope
from openpars.rulebook.findings import Stage
from openpars.uploads import queries, receiving
from openpars.uploads.models import Upload, UploadFinding, UploadFix
from openpars.uploads.states import State

#: Answers that are each row's own: one text does not mend several rows.
_OF_ONE_ROW = frozenset({"title", "internal_id", "activity_id"})
#: One answer of one row: the row's number and the answer's path.
Place = tuple[int, str]


def fix(upload: Upload, texts: Mapping[Place, str], *, alike: Collection[Place], scope: Scope) -> int:
    """Keep what was typed for bad answers, and let the file be read again with it.

    For each place in `alike`, every other blocked row that has the same text at the same path gets the same
    mend. Returns how many answers were put right. Raises PermissionDenied when the scope may not write,
    NoSuchUpload for an upload of others.
    """
    if not scope.may_write:
        raise PermissionDenied
    with transaction.atomic():
        held = queries.locked(upload.pk, scope=scope)
        if held.state != State.PLANNED:
            return 0
        mended = dict(texts)
        for row, path in alike:
            if (row, path) in texts:
                for other in others_alike(held, row, path):
                    mended.setdefault((other, path), texts[row, path])
        kept = [UploadFix(upload=held, row=row, path=path, text=text) for (row, path), text in mended.items()]
        UploadFix.objects.bulk_create(
            kept,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["upload", "row", "path"],
            update_fields=["text"],
        )
        if kept:
            receiving.read_again(held)
    return len(kept)


def others_alike(upload: Upload, row: int, path: str) -> list[int]:
    """Return the other blocked rows whose text at this path is the same, by the finding that blocks them.

    None where the answer has to be different in each row.
    """
    mine = _blocking(upload).filter(row=row, path=path).first()
    if mine is None or path in _OF_ONE_ROW:
        return []
    alike = _blocking(upload).filter(rule=mine.rule, path=path, value=mine.value).exclude(row=row)
    return sorted({other for other in alike.values_list("row", flat=True) if other is not None})


def count_alike(upload: Upload, findings: Collection[UploadFinding]) -> dict[Place, int]:
    """Return for each of these findings in how many other rows the same text is wrong for the same reason.

    One query, however many findings there are.
    """
    findings = [one for one in findings if one.path not in _OF_ONE_ROW]
    wanted = {(one.rule, one.path, one.value) for one in findings}
    counted = (
        _blocking(upload)
        .filter(rule__in={rule for rule, _, _ in wanted}, path__in={path for _, path, _ in wanted})
        .order_by()
        .values_list("rule", "path", "value")
        .annotate(rows=Count("row", distinct=True))
    )
    rows = {(rule, path, value): count for rule, path, value, count in counted}
    return {
        (one.row, one.path): rows[one.rule, one.path, one.value] - 1
        for one in findings
        if one.row is not None
    }


def _blocking(upload: Upload) -> QuerySet[UploadFinding]:
    return queries.findings(upload).filter(stage__in=[Stage.VALID, Stage.DRAFT])
