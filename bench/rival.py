"""The same workbook by django-import-export: its dry run, then its import.

As its documentation has it: a model with one column for each of the workbook's, rows known by their internal ID,
unchanged ones left alone, instances validated. The rulebook, the places of findings, the history and the undo are
beyond it; what it does of them is a blank title refused and the difference of each row.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import tablib
from django.db import connection, models
from import_export import fields, resources, widgets

from bench import activity_files
from openpars.formats.columns import TemplateColumn, columns_for
from openpars.formats.rows import Kind
from openpars.formats.to_cells import row_writer
from openpars.rulebook.vocabularies import folded

_COLUMNS: Final = columns_for(Kind.ACTIVITIES, groups=activity_files.GROUPS)


def _name(column: TemplateColumn) -> str:
    return "f_" + folded(column.path)


class _YesNo(widgets.BooleanWidget):  # type: ignore[misc]  # it has no types
    TRUE_VALUES = [*widgets.BooleanWidget.TRUE_VALUES, "Yes"]
    FALSE_VALUES = [*widgets.BooleanWidget.FALSE_VALUES, "No"]


def _kind(column: TemplateColumn) -> str:
    return column.field.kind if column.field else ""


def _column(column: TemplateColumn) -> models.Field[Any, Any]:
    match _kind(column):
        case "date":
            return models.DateField(null=True, blank=True)
        case "credits" | "points":
            return models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
        case "money" | "whole-number":
            return models.IntegerField(null=True, blank=True)
        case "yes-no":
            return models.BooleanField(null=True, blank=True)
        case _:
            return models.TextField(blank=column.path != "title", unique=column.path == "internal_id")


def _widget(column: TemplateColumn) -> widgets.Widget:
    match _kind(column):
        case "date":
            return widgets.DateWidget()
        case "credits" | "points":
            return widgets.DecimalWidget()
        case "money" | "whole-number":
            return widgets.IntegerWidget()
        case "yes-no":
            return _YesNo()
        case _:
            return widgets.CharWidget(allow_blank=True)


Flat: Final[type[models.Model]] = type(
    "Flat",
    (models.Model,),
    {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "uploads", "db_table": "bench_flat"})}
    | {_name(column): _column(column) for column in _COLUMNS},
)


class _Options:
    model = Flat
    import_id_fields = ("f_internalid",)
    skip_unchanged = True
    clean_model_instances = True
    fields = [_name(column) for column in _COLUMNS]


FlatResource: Final[type[resources.ModelResource]] = type(
    "FlatResource",
    (resources.ModelResource,),
    {"Meta": _Options}
    | {
        _name(column): fields.Field(
            attribute=_name(column), column_name=column.heading, widget=_widget(column)
        )
        for column in _COLUMNS
    },
)


def seconds(path: Path, rows: int) -> float:
    """Return how long the first rows of a workbook take: read, tried, and imported."""
    with connection.schema_editor() as editor:
        editor.create_model(Flat)
    _store(rows)
    start = perf_counter()
    data = tablib.Dataset().load(path.read_bytes(), format="xlsx", read_only=True)
    read = (perf_counter() - start) * rows / len(data)
    first = data.subset(rows=range(rows))
    start = perf_counter()
    tried = FlatResource().import_data(first, dry_run=True)
    assert not tried.has_errors(), tried.row_errors()[:1]
    done = FlatResource().import_data(first, dry_run=False)
    taken = perf_counter() - start
    assert Flat._default_manager.count() > rows * 0.9, done.totals
    return read + taken


def _store(rows: int) -> None:
    """Put in what the file changes, and what it does not."""
    cells_of = row_writer(_COLUMNS, Kind.ACTIVITIES)
    stored = (
        Flat(**{_name(column): _value(column, cell) for column, cell in zip(_COLUMNS, cells, strict=True)})
        for cells in map(cells_of, activity_files.stored_before(rows))
    )
    while batch := list(islice(stored, 1_000)):
        Flat._default_manager.bulk_create(batch)


def _value(column: TemplateColumn, cell: Any) -> Any:
    field = Flat._meta.get_field(_name(column))
    if cell is None:
        return None if field.null else ""
    return {"Yes": True, "No": False}.get(cell, cell) if isinstance(field, models.BooleanField) else cell
