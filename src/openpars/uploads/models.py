"""What is kept of an upload: the file, what was found in it, the plan, and the receipt."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from openpars.accounts.models import Provider
from openpars.uploads.states import DownloadState, Result, State


def _stored_as(upload: Upload, _: str) -> str:
    """Return the name a file is stored under: nothing of what the sender called it."""
    return f"uploads/{upload.provider_id}/{upload.pk}"


class Upload(models.Model):
    """One file that was sent, and all that became of it; its page is the receipt for good.

    - `layout` is `formats.rows.Layout` as JSON (`name`, `sheet`, `header_row`, `columns`, `samples`);
    - `mapping` leads from headings to paths, as a person said, for headings nobody knows;
    - `unreadable` is a finding as JSON, where the file cannot be read at all;
    - `counts` holds numbers by name (see `planning.COUNTS`), `by_rule` for each rule met its words, how many
      there are, and the rows as ranges of text;
    - `moved` is empty, or tells that the plan did not stand any more when it was to be applied: `rows`, those
      whose activities have changed (none where the day or the rules have), and `at`;
    - `in_the_way` is empty, or says what kept the upload from being undone: `count`, and of the first
      `activities` the `row`, `activity_id`, `title`, `message` and `mend`;
    - `page` is the address of its page, for letters; `asked_at` is when a worker was last asked to do something.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=200)
    door = models.CharField(max_length=10)
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in State])

    page = models.TextField(default="")
    file = models.FileField(upload_to=_stored_as, max_length=200)
    file_name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    adopt = models.BooleanField(default=False)
    """Whether unknown activity IDs are taken over: Bring over from PARS."""

    job = models.UUIDField(null=True)
    layout = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    unreadable = models.JSONField(null=True)
    problem = models.TextField(default="")
    """What broke on our side, in words for people; empty otherwise."""
    plan = models.UUIDField(null=True)
    rulebook_version = models.CharField(max_length=20, default="")
    planned_for = models.DateField(null=True)
    """The day the plan was made for: rules and status depend on it."""
    counts = models.JSONField(default=dict)
    by_rule = models.JSONField(default=list)
    moved = models.JSONField(default=dict)
    in_the_way = models.JSONField(default=dict)
    good_rows_only = models.BooleanField(default=False)

    created_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    applied_by = models.CharField(max_length=200, default="")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, default="")

    objects: ClassVar[models.Manager[Upload]] = models.Manager()

    class Meta:
        indexes = [
            models.Index(fields=["provider", "-created_at"], name="upload_newest"),
            models.Index(fields=["sha256", "provider"], name="upload_same_file"),
        ]

    def __str__(self) -> str:
        return self.file_name


class UploadRow(models.Model):
    """One row of a file: what it would do, and after Apply what it did.

    `differences` lists `[field, old, new]` of a changed row; `rejected` holds the text of every answer of a
    blocked row that has to be put right, by path, for the page where that is done.
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    result = models.CharField(max_length=10, choices=[(result.value, result.value) for result in Result])
    activity_id = models.IntegerField(null=True)
    title = models.TextField(default="")
    internal_id = models.CharField(max_length=100, default="")
    ticked = models.BooleanField(default=True)
    closes = models.BooleanField(default=False)
    not_closed = models.BooleanField(default=False)
    looks_like = models.IntegerField(null=True)
    """The activity it looks like a duplicate of."""
    looks_like_row = models.PositiveIntegerField(null=True)
    """The earlier row of the same file that it looks like a duplicate of."""
    differences = models.JSONField(default=list)
    rejected = models.JSONField(default=dict)

    objects: ClassVar[models.Manager[UploadRow]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="upload_row_once")]
        indexes = [models.Index(fields=["upload", "result", "number"], name="upload_row_result")]

    def __str__(self) -> str:
        return f"row {self.number}"


class UploadFinding(models.Model):
    """One finding, with its place in the file; `row` is null where it is about the whole file."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="findings", db_index=False)
    row = models.PositiveIntegerField(null=True)
    rule = models.CharField(max_length=100)
    stage = models.CharField(max_length=10)
    path = models.CharField(max_length=100)
    column = models.TextField(default="")
    cell = models.CharField(max_length=12, default="")
    value = models.TextField(null=True)  # noqa: DJ001 - no value seen is not an empty one
    message = models.TextField()
    mend = models.TextField()

    objects: ClassVar[models.Manager[UploadFinding]] = models.Manager()

    class Meta:
        indexes = [
            models.Index(fields=["upload", "row", "id"], name="upload_finding_row"),
            models.Index(fields=["upload", "rule", "row"], name="upload_finding_rule"),
        ]

    def __str__(self) -> str:
        return self.message


class UploadFix(models.Model):
    """An answer put right on the page: it stands instead of the cell's when the file is read again."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="fixes", db_index=False)
    row = models.PositiveIntegerField()
    path = models.CharField(max_length=100)
    text = models.TextField()

    objects: ClassVar[models.Manager[UploadFix]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "row", "path"], name="upload_fix_once")]

    def __str__(self) -> str:
        return f"{self.path} of row {self.row}"


class ColumnMapping(models.Model):
    """What a heading means in one provider's files, as somebody there said: a path, or "" to leave it out."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    heading = models.CharField(max_length=200)
    path = models.CharField(max_length=100, blank=True)

    objects: ClassVar[models.Manager[ColumnMapping]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "kind", "heading"], name="column_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.heading}: {self.path}"


class Download(models.Model):
    """A file that takes too long to be written while somebody waits: a worker prepares it, and it is kept for a day.

    - `what` says what it holds (see `preparing.What`): a list in the format `form`, a template of the `kind`, or
      the file of `upload` with its cells marked; `chosen` are the parameters of the list's filter;
    - `file` is empty until it is ready; it is called `file_name` and is of the type `media_type`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=200)
    what = models.CharField(max_length=10)
    form = models.CharField(max_length=20, default="")
    kind = models.CharField(max_length=20, default="")
    chosen = models.JSONField(default=dict)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, null=True, related_name="+")

    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in DownloadState])
    job = models.UUIDField(null=True)
    problem = models.TextField(default="")
    """Why it could not be prepared, in words for people; empty otherwise."""
    file = models.FileField(max_length=200)
    file_name = models.CharField(max_length=300)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(null=True)

    created_at = models.DateTimeField()
    kept_until = models.DateTimeField()
    """When it is forgotten, ready or not."""

    objects: ClassVar[models.Manager[Download]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["provider", "-created_at"], name="download_newest")]

    def __str__(self) -> str:
        return self.file_name
