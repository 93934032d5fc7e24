"""The people and organizations, as they are stored.

The models are slim: what happens to them is in `verbs`, who may see them in `scopes`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, NoReturn
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from openpars import clock
from openpars.accounts.roles import Role

DEFAULT_TIME_ZONE = "America/Chicago"
PROVIDER_NUMBER_LENGTH = 7


class PersonManager(BaseUserManager["Person"]):
    """Makes people; an e-mail address is kept in lower case, so that there is one spelling of it."""

    def create_user(self, email: str, password: str | None = None, *, name: str = "") -> Person:
        """Store a person; without a password they can only come in by a link sent to their address."""
        person = self.model(email=email.strip().lower(), name=name.strip() or email)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        """Find a person by the address they sign in with, however they spell its case."""
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in. What they may do depends on the organizations they are a contact of."""

    email = models.EmailField("e-mail", unique=True, max_length=254)
    name = models.CharField("name", max_length=200)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="person_email_lower")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Keep the address in its one spelling."""
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        """Return the name, as Django and allauth ask for it."""
        return self.name


class Installation(models.Model):
    """The one row that says that this installation has been set up.

    Its only possible key makes two set-ups at the same moment collide in the database.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    set_up_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="installation_is_one")]

    def __str__(self) -> str:
        return f"set up at {self.set_up_at.isoformat()}"


class Accreditor(models.Model):
    """A body that oversees providers."""

    name = models.CharField("name", max_length=200, unique=True)
    short_name = models.CharField("short name", max_length=40, blank=True)
    time_zone = models.CharField("time zone", max_length=64, default=DEFAULT_TIME_ZONE)
    email = models.EmailField("e-mail", max_length=254, blank=True)
    phone = models.CharField("phone", max_length=40, blank=True)
    website = models.URLField("website", max_length=400, blank=True)
    vocabulary_additions = models.JSONField(default=dict, blank=True)
    """The accreditor's own entries of the open vocabularies: vocabulary name to a list of words."""

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class ReportingYear(models.Model):
    """A year of reporting: until when providers report, and whether it is locked."""

    accreditor = models.ForeignKey(Accreditor, on_delete=models.PROTECT, related_name="reporting_years")
    year = models.PositiveSmallIntegerField()
    deadline = models.DateField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["accreditor", "year"], name="one_reporting_year_per_accreditor")
        ]

    def __str__(self) -> str:
        return str(self.year)


class Provider(models.Model):
    """An accredited CME provider, or its sandbox."""

    accreditor = models.ForeignKey(Accreditor, on_delete=models.PROTECT, related_name="providers")
    number = models.CharField("provider ID", max_length=PROVIDER_NUMBER_LENGTH, unique=True)
    name = models.CharField("name", max_length=200)
    learner_contact = models.CharField("contact address for learners", max_length=300, blank=True)
    jointly_accredited = models.BooleanField("jointly accredited", default=False)
    sandbox_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="sandboxes"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    """When a sandbox made room for a new one. Nobody sees it any more; its history stays."""
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "number"]
        indexes = [models.Index(fields=["accreditor", "name"], name="provider_of_accreditor")]
        constraints = [
            models.CheckConstraint(
                condition=Q(retired_at=None) | Q(sandbox_of__isnull=False), name="only_sandboxes_retire"
            ),
            models.UniqueConstraint(
                fields=["sandbox_of"], condition=Q(retired_at=None), name="one_sandbox_per_provider"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _one_organization() -> Q:
    return Q(provider__isnull=False, accreditor__isnull=True) | Q(
        provider__isnull=True, accreditor__isnull=False
    )


class Contact(models.Model):
    """A person's place in one organization. Ended contacts stay, as the organization's memory."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    provider = models.ForeignKey(
        Provider, null=True, blank=True, on_delete=models.CASCADE, related_name="contacts"
    )
    accreditor = models.ForeignKey(
        Accreditor, null=True, blank=True, on_delete=models.CASCADE, related_name="contacts"
    )
    role = models.CharField(max_length=13, choices=Role.choices, default=Role.EDITOR)
    since = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            models.CheckConstraint(condition=_one_organization(), name="contact_of_one_organization"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="contact_role_known"),
            models.UniqueConstraint(
                fields=["person", "provider"], condition=Q(ended_at=None), name="one_contact_per_provider"
            ),
            models.UniqueConstraint(
                fields=["person", "accreditor"], condition=Q(ended_at=None), name="one_contact_per_accreditor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.role})"

    @property
    def organization(self) -> Provider | Accreditor:
        """The provider or accreditor this is a contact of."""
        found = self.provider or self.accreditor
        assert found is not None  # noqa: S101 - the database holds exactly one
        return found


class Invitation(models.Model):
    """An address asked to become a contact. Only a hash of the token in its link is stored."""

    email = models.EmailField("e-mail", max_length=254)
    provider = models.ForeignKey(
        Provider, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    accreditor = models.ForeignKey(
        Accreditor, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    role = models.CharField(max_length=13, choices=Role.choices, default=Role.EDITOR)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations_sent"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["email", "pk"]
        constraints = [
            models.CheckConstraint(condition=_one_organization(), name="invitation_to_one_organization"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_lower"),
            models.UniqueConstraint(
                fields=["email", "provider"],
                condition=Q(claimed_at=None, revoked_at=None),
                name="one_open_invitation_per_provider",
            ),
            models.UniqueConstraint(
                fields=["email", "accreditor"],
                condition=Q(claimed_at=None, revoked_at=None),
                name="one_open_invitation_per_accreditor",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation of {self.email}"

    @property
    def organization(self) -> Provider | Accreditor:
        """The provider or accreditor the invitation leads to."""
        found = self.provider or self.accreditor
        assert found is not None  # noqa: S101 - the database holds exactly one
        return found

    def has_expired(self, *, now: datetime) -> bool:
        """Say whether its 14 days are over."""
        return now >= self.expires_at


class ApiKey(models.Model):
    """What a program signs in with, for one provider. Only a hash of the key is stored.

    The key of kind `test` works on the provider's sandbox instead. `expires_at` is the instant from which the
    key no longer works.
    """

    class Kind(models.TextChoices):
        """What a key works on."""

        LIVE = "live", "Live"
        TEST = "test", "Test"

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField("name", max_length=100)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    scopes = models.JSONField()
    prefix = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="api_keys_made"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"
        verbose_name_plural = "API keys"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["live", "test"]), name="api_key_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def is_test(self) -> bool:
        """Whether it works on the sandbox."""
        return self.kind == self.Kind.TEST

    @property
    def last_day(self) -> date | None:
        """The last day on which it works, in the time zone of the provider's accreditor; None: until revoked."""
        if self.expires_at is None:
            return None
        before = self.expires_at - timedelta(microseconds=1)
        return before.astimezone(ZoneInfo(self.provider.accreditor.time_zone)).date()

    def has_expired(self, *, now: datetime) -> bool:
        """Say whether its last day is over."""
        return self.expires_at is not None and now >= self.expires_at

    def works(self, *, now: datetime) -> bool:
        """Say whether it lets anybody in: neither revoked nor expired."""
        return self.revoked_at is None and not self.has_expired(now=now)


class AuditEntry(models.Model):
    """One line of the audit trail of roles, invitations and settings. Written once, never changed."""

    at = models.DateTimeField()
    actor = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=200)
    provider = models.ForeignKey(
        Provider, null=True, blank=True, on_delete=models.CASCADE, related_name="audit_entries"
    )
    accreditor = models.ForeignKey(
        Accreditor, null=True, blank=True, on_delete=models.CASCADE, related_name="audit_entries"
    )
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=254, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(F("provider"), F("at").desc(), name="audit_of_provider"),
            models.Index(F("accreditor"), F("at").desc(), name="audit_of_accreditor"),
        ]

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the entry, once."""
        if self.pk is not None:
            raise TypeError("An audit entry is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: the trail is append-only."""
        raise TypeError("An audit entry is never deleted.")
