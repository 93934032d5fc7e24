"""The addresses of all pages. The form's come last: it takes what follows an activity's number for a step."""

from django.urls import include, path

urlpatterns = [
    path("", include("openpars.web.urls_passport")),
    path("", include("openpars.web.urls_summary")),
    path("", include("openpars.web.urls_accounts")),
    path("", include("openpars.web.urls_webhooks")),
    path("", include("openpars.web.urls_uploads")),
    path("", include("openpars.web.urls_help")),
    path("", include("openpars.web.urls_form")),
]
