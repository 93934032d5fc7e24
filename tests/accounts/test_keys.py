"""API keys: what is made, who is let in, and what is kept of it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from openpars import clock
from openpars.accounts import audit, authentication, keys, verbs
from openpars.accounts.authentication import (
    EXPIRED,
    GARBLED,
    MISSING,
    REVOKED,
    UNKNOWN,
    NotSignedIn,
    caller_of,
)
from openpars.accounts.models import ApiKey, AuditEntry, Provider
from openpars.accounts.refusals import Refused
from openpars.accounts.roles import Role
from openpars.accounts.scopes import Scope
from openpars.accounts.verbs import sandboxes
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def made(provider: Provider | None = None, **over: Any) -> tuple[ApiKey, str]:
    named: dict[str, Any] = {
        "name": "Learning system",
        "scopes": ["read", "write"],
        "actor": factories.actor("Ada"),
    }
    return verbs.create_key(provider=provider or factories.provider(), **named | over)


def refused(authorization: str | None, *, now: datetime | None = None) -> str:
    with pytest.raises(NotSignedIn) as caught:
        caller_of(authorization, now=now or clock.now())
    return str(caught.value)


def test_a_key_is_given_once_and_only_its_hash_is_kept() -> None:
    person = factories.person()
    key, text = made(actor=factories.actor("Ada", person.pk), last_day=date(2026, 3, 31))
    stored = ApiKey.objects.get()
    assert text == f"openpars_live_{stored.prefix}_{text[-43:]}"
    assert keys.prefix_of(text) == stored.prefix
    assert text not in str(ApiKey.objects.values())
    assert text[-43:] not in str(AuditEntry.objects.values())
    facts = (stored.name, stored.kind, stored.scopes, stored.created_at, stored.created_by, stored.digest)
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert facts == ("Learning system", "live", ["read", "write"], clock.now(), person, digest)
    # Through the last day as it ends in Chicago.
    assert stored.expires_at == datetime(2026, 4, 1, 5, tzinfo=UTC)
    assert (stored.revoked_at, stored.last_used_at, key.pk) == (None, None, stored.pk)


def test_every_key_is_another() -> None:
    provider = factories.provider()
    texts = {made(provider)[1] for _ in range(20)}
    assert len(texts) == len({keys.prefix_of(text) for text in texts}) == 20


def test_a_prefix_that_is_taken_is_not_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    first, text = made()
    given = iter([(text, first.prefix), keys.new_text("live")])
    monkeypatch.setattr(keys, "new_text", lambda _: next(given))
    second, other = made()
    assert first.prefix != second.prefix
    assert {caller_of(f"Bearer {each}", now=clock.now()).key.pk for each in (text, other)} == {
        first.pk,
        second.pk,
    }


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"scopes": ["read", "everything"]}, "scopes"),
        ({"kind": "master"}, "kind"),
        ({"last_day": date(2026, 3, 9)}, "last_day"),
        ({"last_day": date(9999, 12, 31)}, "last_day"),
    ],
)
def test_what_cannot_be_a_key_is_refused_at_its_answer(over: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        made(**over)
    assert (caught.value.field, ApiKey.objects.count()) == (field, 0)


def test_every_key_reads_and_scopes_stand_in_one_order() -> None:
    provider = factories.provider()
    given: tuple[list[str], ...] = ([], ["close", "write"], ["close", "read", "close"])
    assert [made(provider, scopes=scopes)[0].scopes for scopes in given] == [
        ["read"],
        ["read", "write", "close"],
        ["read", "close"],
    ]


@pytest.mark.parametrize(
    ("scopes", "role"),
    [(["read"], Role.VIEWER), (["write"], Role.EDITOR), (["close"], Role.EDITOR)],
)
def test_a_live_key_comes_in_at_its_provider(scopes: list[str], role: Role) -> None:
    provider = factories.provider()
    factories.provider(accreditor=provider.accreditor)
    key, text = made(provider, scopes=scopes)
    caller = caller_of(f"Bearer {text}", now=clock.now())
    assert (caller.key, caller.provider, caller.scopes) == (key, provider, frozenset({"read", *scopes}))
    assert caller.scope == Scope("provider", provider.pk, provider.accreditor_id, role)
    assert caller.actor == factories.actor("Learning system (key)")


def test_a_test_key_comes_in_at_the_sandbox_and_follows_a_reset() -> None:
    provider = factories.provider()
    made(factories.provider(), kind="test")
    _, text = made(provider, kind="test")
    assert text.startswith("openpars_test_")
    before = caller_of(f"Bearer {text}", now=clock.now())
    assert (before.provider, before.scope.provider_id) == (sandboxes.current(provider), before.provider.pk)
    after = sandboxes.reset(provider, actor=factories.actor())
    now = caller_of(f"Bearer {text}", now=clock.now())
    assert (now.provider, now.scope.provider_id, now.key.provider) == (after, after.pk, provider)
    assert before.provider != after


def test_letting_in_costs_one_query_with_everything_at_hand() -> None:
    provider = factories.provider()
    for kind in ("live", "test"):
        _, text = made(provider, kind=kind)
        caller_of(f"Bearer {text}", now=clock.now())
        with CaptureQueriesContext(connection) as asked:
            caller = caller_of(f"Bearer {text}", now=clock.now())
            assert caller.provider.accreditor.time_zone == "America/Chicago"
        assert len(asked) == 1


def test_use_is_written_down_at_most_once_an_hour() -> None:
    key, text = made()
    start = clock.now()
    written = []
    for minutes in (0, 1, 59, 60, 61, 119, 120):
        caller_of(f"Bearer {text}", now=start + timedelta(minutes=minutes))
        key.refresh_from_db()
        assert key.last_used_at
        written.append((key.last_used_at - start) // timedelta(minutes=1))
    assert written == [0, 0, 0, 60, 60, 60, 120]


def test_two_requests_at_once_write_the_use_down_once(monkeypatch: pytest.MonkeyPatch) -> None:
    key, text = made()
    seen_before = ApiKey.objects.select_related("provider__accreditor").get()
    caller_of(f"Bearer {text}", now=clock.now())
    # The second one has read the key before the first one wrote.
    monkeypatch.setattr(authentication, "_found", lambda _: seen_before)
    caller_of(f"Bearer {text}", now=clock.now() + timedelta(seconds=1))
    key.refresh_from_db()
    assert key.last_used_at == clock.now()


def test_a_busy_database_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    key, text = made()

    def locked(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr("django.db.models.query.QuerySet.update", locked)
        assert caller_of(f"Bearer {text}", now=clock.now()).key == key
    key.refresh_from_db()
    assert key.last_used_at is None
    caller_of(f"Bearer {text}", now=clock.now())
    key.refresh_from_db()
    assert key.last_used_at == clock.now()


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_without_a_key_it_is_told_how_to_send_one(nothing: str | None) -> None:
    assert refused(nothing) == MISSING


GARBLES = [
    "{key}",
    "Basic {key}",
    "Bearer",
    "Bearer ",
    "Bearer{key}",
    "Bearer {key} {key}",
    "Bearer {key}x",
    "Bearer x{key}",
    "Bearer {key}\x00",
    "Bearer {key}\n",
    "Bearer '{key}'",
    "Bearer {short}",
    "Bearer {shouted}",
    "Bearer openpars_live_ｆｕｌｌｗｉｄｅ_" + "x" * 43,
    "Bearer " + "openpars_live_" * 10_000,
    "Bearer openpars_live_' OR 1=1_" + "x" * 43,
]


@pytest.mark.parametrize("garble", GARBLES)
def test_a_garbled_key_is_told_and_asks_nothing(garble: str) -> None:
    _, text = made()
    sent = garble.format(key=text, short=text[:-1], shouted=text.upper())
    with CaptureQueriesContext(connection) as asked:
        assert refused(sent) == GARBLED
    assert len(asked) == 0


@pytest.mark.parametrize("spelling", ["Bearer {}", "bearer {}", "BEARER   {}", "  Bearer {}  "])
def test_the_word_bearer_is_read_as_the_web_spells_it(spelling: str) -> None:
    key, text = made()
    assert caller_of(spelling.format(text), now=clock.now()).key == key


def test_a_key_nobody_made_is_refused_whatever_is_right_of_it() -> None:
    _, text = made()
    _, other = made()
    prefix_only = text[:-43] + other[-43:]
    other_kind = text.replace("_live_", "_test_")
    last = "A" if text[-2] != "A" else "B"
    almost = text[:-2] + last + text[-1]
    stranger = keys.new_text("live")[0]
    assert [refused(f"Bearer {each}") for each in (prefix_only, other_kind, almost, stranger)] == [
        UNKNOWN
    ] * 4


def test_the_hashes_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    key, text = made()
    compared = []

    def watched(one: str, other: str) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(
        authentication, "hmac", type("watched", (), {"compare_digest": staticmethod(watched)})
    )
    caller_of(f"Bearer {text}", now=clock.now())
    stranger = keys.new_text("live")[0]
    refused(f"Bearer {stranger}")
    # A key nobody has is compared, too, with the hash of no key.
    assert compared == [
        (key.digest, key.digest),
        (keys.digest_of(stranger), hashlib.sha256(b"").hexdigest()),
    ]


def test_a_key_works_through_its_last_day_and_no_longer() -> None:
    _, text = made(last_day=date(2026, 3, 31))
    end = datetime(2026, 4, 1, 5, tzinfo=UTC)
    assert caller_of(f"Bearer {text}", now=end - timedelta(seconds=1)).key.name == "Learning system"
    assert refused(f"Bearer {text}", now=end) == EXPIRED


def test_a_revoked_key_lets_nobody_in_and_revoking_it_again_changes_nothing() -> None:
    key, text = made(last_day=date(2026, 3, 31))
    verbs.revoke_key(key, actor=factories.actor("Ada"))
    with clock.frozen(clock.now() + timedelta(days=1)):
        again = verbs.revoke_key(key, actor=factories.actor("Ben"))
    assert again.revoked_at == clock.now()
    assert refused(f"Bearer {text}") == REVOKED
    # Revoked says more than expired.
    assert refused(f"Bearer {text}", now=clock.now() + timedelta(days=99)) == REVOKED
    assert AuditEntry.objects.filter(action=audit.KEY_REVOKED).count() == 1


def test_who_has_not_the_whole_key_learns_nothing_of_it() -> None:
    key, text = made()
    verbs.revoke_key(key, actor=factories.actor())
    assert refused(f"Bearer {text[:-43]}{keys.new_text('live')[0][-43:]}") == UNKNOWN


def test_the_trail_tells_who_made_and_revoked_which_key() -> None:
    provider = factories.provider()
    key, _ = made(provider, scopes=["write"], kind="test", last_day=date(2026, 3, 31))
    verbs.revoke_key(key, actor=factories.actor("Ben"))
    sandbox = sandboxes.current(provider)
    assert sandbox
    lines = [
        (
            entry.actor_name,
            audit.words(entry),
            entry.subject,
            [(c.label, c.new) for c in audit.changes(entry)],
        )
        for entry in AuditEntry.objects.filter(provider=provider).order_by("pk")
    ]
    subject = f"Learning system ({key.prefix})"
    facts = [("Kind", "Test"), ("May", "read; write"), ("Works until", "March 31, 2026")]
    assert lines == [
        ("Ada", "Made the sandbox", sandbox.number, []),
        ("Ada", "Made the API key", subject, facts),
        ("Ben", "Revoked the API key", subject, []),
    ]
