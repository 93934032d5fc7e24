"""Every address of the site."""

from django.urls import include, path

from openpars.config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("", include("openpars.api.urls")),
    path("", include("openpars.web.urls")),
]

handler400 = "openpars.web.views.errors.bad_request"
handler403 = "openpars.web.views.errors.forbidden"
handler404 = "openpars.web.views.errors.not_found"
handler500 = "openpars.web.views.errors.server_error"
