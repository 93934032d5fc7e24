"""The addresses of CME Passport, open to everybody."""

from django.urls import path

from openpars.web.views.passport import search

urlpatterns = [
    path("passport/", search.search, name="passport"),
]
