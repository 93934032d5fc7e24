"""The addresses of the web services."""

from typing import Final, Protocol

from django.urls import include, path

from openpars.api import changes, docs, me, openapi, uploads, vocabularies
from openpars.api.activities import life, listing, reading, saving
from openpars.api.pars import routes as pars
from openpars.api.routing import Routes, patterns


class _Module(Protocol):
    routes: Routes


#: The modules whose routes are below /api/v1/, in the order in which they are described.
MODULES: Final[tuple[_Module, ...]] = (
    me,
    listing,
    saving,
    reading,
    life,
    changes,
    uploads,
    vocabularies,
    openapi,
)

urlpatterns = [
    path("api/docs", docs.docs, name="api-docs"),
    path("services/pars/", include(patterns(pars.routes.all))),
    path("api/v1/", include(patterns(route for module in MODULES for route in module.routes.all))),
]
