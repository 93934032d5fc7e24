"""What is stored. The models are slim: `writer` alone writes them, `queries` alone reads them.

The activity's row is the whole record. Repeated answers are JSON columns of it; what lists, filters and
totals need is a derived column, set by the writer in the same statement.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import Q

from openpars.activities.doors import Door
from openpars.activities.transactions import WritingTransaction

#: Longest `search_text` in bytes of UTF-8. It lies in a covering index, and PostgreSQL refuses index rows
#: above 2,704 bytes.
SEARCH_BYTES = 2400


class Unscoped(RuntimeError):
    """Somebody asked for activities without saying on whose behalf."""


class ScopedManager(models.Manager[Any]):
    """Refuses every query: activities are reached through `queries.of(scope)`."""

    def get_queryset(self) -> NoReturn:
        """Raise Unscoped."""
        raise Unscoped("Use openpars.activities.queries.of(scope).")


class Activity(models.Model):
    """One activity: its answers, what is derived from them, and its life.

    A missing text is "", a missing list is [], any other missing answer is NULL.
    """

    activity_id = models.IntegerField(primary_key=True)
    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    # Basic information
    title = models.CharField(max_length=500)
    format = models.CharField(max_length=8)
    start_date = models.DateField()
    end_date = models.DateField()
    delivery_methods = models.JSONField(default=list)
    city = models.TextField(default="")
    state = models.TextField(default="")
    country = models.CharField(max_length=3, default="")
    sessions = models.PositiveIntegerField(null=True)
    repeated = models.BooleanField(null=True)
    instances = models.JSONField(default=list)

    # Information for learners
    credits = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    on_passport = models.BooleanField(null=True)
    description = models.TextField(default="")
    specialties = models.JSONField(default=list)

    # Registration details
    registration = models.TextField(default="")
    fee = models.TextField(default="")
    url = models.TextField(default="")
    collaborations = models.JSONField(default=list)

    # Accreditation details
    internal_id = models.CharField(max_length=100, default="")
    providership = models.TextField(default="")
    joint_providers = models.JSONField(default=list)
    outcomes = models.JSONField(default=list)
    support_received = models.BooleanField(null=True)
    support = models.JSONField(default=list)
    commendation = models.BooleanField(null=True)
    commendation_criteria = models.JSONField(default=list)

    # Entered on the summary
    physicians = models.PositiveBigIntegerField(null=True)
    other_learners = models.PositiveBigIntegerField(null=True)
    counts_as_of = models.DateField(null=True)

    # Stored, never asked
    yearly_counts = models.JSONField(default=list)
    legacy = models.JSONField(default=dict)
    extra = models.JSONField(default=dict)
    rejected = models.JSONField(default=dict)
    """Answers that could not be stored as given: path to the text that was typed."""

    # Derived by the writer
    complete_for = models.PositiveSmallIntegerField()
    rulebook_version = models.CharField(max_length=20)
    ends_at = models.DateTimeField()
    """The instant at which the end date has passed, in the accreditor's time zone."""
    search_text = models.TextField()
    """Folded title, internal ID and activity ID: what is searched, and what titles are sorted by."""
    year = models.PositiveSmallIntegerField()
    """The reporting year the activity belongs to: the one it starts in."""
    criteria_mask = models.PositiveIntegerField(default=0)
    """Bit n is set when commendation criterion C(23+n) is marked."""
    needs_attention = models.BooleanField(default=False)
    """Whether an invalid answer waits to be mended."""
    likeness = models.BigIntegerField()
    """A hash of folded title, format, dates and folded city: equal for activities that look alike."""

    # Its life
    closed_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    repeat_group = models.UUIDField(null=True)
    entry = models.UUIDField(null=True)
    """The form entry it was born from, so that a double click makes one draft."""
    revision = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta:
        verbose_name_plural = "activities"
        # Where it can, an index does not begin with the provider: without statistics SQLite would take any
        # that does, and read the provider's records one by one.
        constraints = [
            models.UniqueConstraint(
                fields=["internal_id", "provider"],
                condition=Q(deleted_at=None) & ~Q(internal_id=""),
                name="activity_internal_id_once",
            ),
            models.UniqueConstraint(fields=["entry", "provider"], name="activity_entry_once"),
        ]
        indexes = [
            # Holds all that the summary filters, searches and sorts by: a provider's list is read from the
            # index alone, however wide the records are. The order after the first three is the one that
            # PostgreSQL packs closest. `deleted_at` is there although it is always empty: without it SQLite
            # does not see that the index is enough.
            models.Index(
                fields=[
                    "provider",
                    "created_at",
                    "activity_id",
                    "start_date",
                    "end_date",
                    "criteria_mask",
                    "ends_at",
                    "closed_at",
                    "complete_for",
                    "year",
                    "needs_attention",
                    "format",
                    "search_text",
                    "deleted_at",
                ],
                condition=Q(deleted_at=None),
                name="activity_summary",
            ),
            models.Index(
                fields=["likeness", "provider"], condition=Q(deleted_at=None), name="activity_likeness"
            ),
            # For the first and the last year alone.
            models.Index(
                fields=["provider", "start_date"], condition=Q(deleted_at=None), name="activity_start"
            ),
            models.Index(
                fields=["provider", "deleted_at"],
                condition=Q(deleted_at__isnull=False),
                name="activity_deleted",
            ),
            # What a copy of the public activities is compared by, read from the index alone.
            models.Index(
                fields=[
                    "activity_id",
                    "provider",
                    "updated_at",
                    "revision",
                    "ends_at",
                    "complete_for",
                    "on_passport",
                    "deleted_at",
                ],
                condition=Q(on_passport=True) & Q(deleted_at=None),
                name="activity_listed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.title}"

    def save(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: the writer writes activities, with what is derived from them."""
        raise TypeError("Activities are written by openpars.activities.writer.")

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: an activity is deleted by its verb, and stays as a row."""
        raise TypeError("Activities are deleted by openpars.activities.verbs.delete.")


class Change(models.Model):
    """One change of one activity: the history, and the feed that followers read. Append-only.

    `old` and `new` hold the fields that changed, in the plain JSON of the record; besides the answers these
    are `rejected`, `closed_at`, `deleted_at` and `repeat_group`.
    """

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+", db_index=False)
    provider = models.ForeignKey(
        "accounts.Provider",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,  # the activity's own holds for both
    )
    """The activity's provider, so that its followers read its changes alone."""
    transaction = WritingTransaction()
    """The transaction that wrote it: the order of the feed is by this, then by id."""
    revision = models.PositiveIntegerField()
    """The activity's revision after this change."""
    verb = models.CharField(max_length=20)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    door = models.CharField(max_length=10, choices=[(door.value, door.value) for door in Door])
    at = models.DateTimeField()
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    reason = models.TextField(default="")
    upload = models.UUIDField(null=True)
    """The upload it came by, and in `upload_row` the row of the file."""
    upload_row = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["activity_id", "revision"]
        constraints = [models.UniqueConstraint(fields=["activity", "revision"], name="change_once")]
        indexes = [
            models.Index(
                fields=["upload", "upload_row"],
                condition=Q(upload__isnull=False),
                name="change_upload",
            ),
            models.Index(fields=["provider", "transaction", "id"], name="change_feed"),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} r{self.revision} {self.verb}"

    def save(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: the writer appends changes, nobody edits them."""
        raise TypeError("Changes are appended by openpars.activities.writer, and never edited.")

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: the history is append-only."""
        raise TypeError("A change is never deleted.")


class Plan(models.Model):
    """What a file would do to a provider's activities, made by one rulebook on one day; its rows are `Staged`."""

    key = models.UUIDField(unique=True)
    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    rulebook_version = models.CharField(max_length=20)
    day = models.DateField()
    """The day at the accreditor on which it was made."""
    zone = models.CharField(max_length=64)
    applied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.key)


class Staged(models.Model):
    """One row of a plan, ready to be moved in. Besides what is declared here it has the columns of `MOVED_IN`.

    A row that writes nothing is kept for what it is about: its `verb` is empty.
    """

    plan = models.ForeignKey(
        Plan, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    place = models.PositiveIntegerField()
    """The row's number in the file."""
    skipped = models.BooleanField(default=False)
    """Whether a person left the row out."""
    verb = models.CharField(max_length=20, default="")
    activity_id = models.IntegerField(null=True)
    """The activity it is about, or the activity ID a new one brings along."""
    base_revision = models.PositiveIntegerField(null=True)
    """The revision it was planned from; none makes a new activity."""
    is_whole = models.BooleanField(default=False)
    """Whether the columns of the record are set; otherwise only its life changes."""
    closes = models.BooleanField(null=True)
    """Whether it closes the activity (True) or opens it again (False)."""
    deletes = models.BooleanField(null=True)
    """Whether it deletes the activity (True) or brings it back (False)."""
    gives_up = models.CharField(max_length=100, default="")
    """The internal ID that the activity has no longer afterwards."""
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    names = models.JSONField(default=list)
    """The names it uses, for suggestions: pairs of kind and name."""

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "place"], name="staged_once")]
        indexes = [
            models.Index(
                fields=["activity_id", "plan"],
                condition=Q(activity_id__isnull=False),
                name="staged_activity",
            ),
            models.Index(
                fields=["internal_id", "plan"], condition=Q(internal_id__gt=""), name="staged_internal_id"
            ),
            models.Index(fields=["gives_up", "plan"], condition=Q(gives_up__gt=""), name="staged_gives_up"),
            models.Index(
                fields=["likeness", "plan"], condition=Q(likeness__isnull=False), name="staged_likeness"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.place}"


#: The columns of an activity that hold what it is and how it came to be. The others are what it says, and what
#: follows from that: a staged row has them, too.
LIFE = frozenset(
    {
        "activity_id",
        "provider_id",
        "closed_at",
        "deleted_at",
        "repeat_group",
        "entry",
        "revision",
        "created_at",
        "updated_at",
    }
)
MOVED_IN = tuple(field.attname for field in Activity._meta.concrete_fields if field.attname not in LIFE)
for _field in Activity._meta.concrete_fields:
    if _field.attname in MOVED_IN:
        _copy = _field.clone()
        _copy.null = True
        Staged.add_to_class(_field.name, _copy)


class PastName(models.Model):
    """A name that a provider has used: what type-ahead offers to this provider, and to nobody else."""

    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=20)
    folded = models.CharField(max_length=500)
    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "kind", "folded"], name="past_name_once")]

    def __str__(self) -> str:
        return self.name


class ActivityNumber(models.Model):
    """The last activity ID given, on SQLite. PostgreSQL has a sequence, which nobody waits for."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="activity_number_is_one")]

    def __str__(self) -> str:
        return str(self.last)
