"""Type-ahead: the names offered while somebody types one."""

from typing import Any

import pytest

from openpars.accounts.scopes import PUBLIC
from openpars.activities.suggestions import suggested_names
from tests import factories
from tests.activities.doing import edit

pytestmark = pytest.mark.django_db


def test_suggestions_are_the_providers_own_and_the_public_lists() -> None:
    accreditor = factories.accreditor(vocabulary_additions={"supporters": ["Accreditor’s Own Source"]})
    mine, other = factories.provider(accreditor=accreditor), factories.provider(accreditor=accreditor)

    def source(name: str) -> dict[str, Any]:
        return {"support_received": True, "support": [{"kind": "in-kind", "source": name}]}

    factories.activity(mine, **source("Démo Devices Company"))
    factories.activity(other, **source("Secret Devices Company"))
    activity = factories.activity(mine, title="Another", **source("New Source"))
    edit(activity, {"joint_providers": ["Demo Heart Society"], "specialties": ["Demo Sociology"]})
    scope = factories.scope(mine)
    assert suggested_names(scope, "sources", "DEMO dev") == ["Démo Devices Company"]
    assert suggested_names(scope, "sources", "source") == ["Accreditor’s Own Source", "New Source"]
    assert "REMS Program Companies (RPC)" in suggested_names(scope, "sources", "rems")
    assert suggested_names(scope, "sources", "secret") == []
    assert suggested_names(scope, "sources", "%") == []
    assert suggested_names(scope, "joint-providers", "heart") == ["Demo Heart Society"]
    assert suggested_names(scope, "specialties", "demo soc") == ["Demo Sociology"]
    assert suggested_names(scope, "passwords", "") == []
    assert suggested_names(PUBLIC, "sources", "") == []
    assert suggested_names(factories.scope(accreditor), "sources", "devices") == []
