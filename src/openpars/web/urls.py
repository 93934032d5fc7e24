"""The addresses of all pages."""

from importlib.util import find_spec

from django.urls import include, path

urlpatterns = [
    path("", include(f"openpars.web.{name}"))
    for name in ("urls_summary", "urls_form", "urls_accounts", "urls_help")
    if find_spec(f"openpars.web.{name}")
]
