import logging
from logging.config import dictConfig

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from openpars.accounts import keys, verbs
from openpars.accounts.roles import Role
from tests import factories


@pytest.mark.django_db
def test_the_key_of_an_invitation_is_never_logged(capsys: pytest.CaptureFixture[str], client: Client) -> None:
    provider = factories.provider()
    _, token = verbs.invite(
        email="new@test.example", role=Role.EDITOR, provider=provider, actor=factories.actor()
    )
    client.force_login(factories.person())
    before = logging.root.handlers[:]
    try:
        dictConfig(settings.LOGGING)
        assert client.get(reverse("invitation", args=[token])).status_code == 403
    finally:
        logging.root.handlers[:] = before
    assert capsys.readouterr().err == "Forbidden: /invitations/.../\n"


def test_an_api_key_is_never_logged(capsys: pytest.CaptureFixture[str]) -> None:
    _, prefix = keys.new_text("live")
    text = f"openpars_live_{prefix}_{'k-_' * 14}k"
    before = logging.root.handlers[:]
    try:
        dictConfig(settings.LOGGING)
        logging.getLogger("openpars").error("No such address: /api/v1/activities?key=%s&page=2", text)
    finally:
        logging.root.handlers[:] = before
    assert (
        capsys.readouterr().err
        == f"No such address: /api/v1/activities?key=openpars_live_{prefix}...&page=2\n"
    )
