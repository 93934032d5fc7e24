"""Addresses of help, guides, technical resources and the rulebook."""

from django.urls import path

from openpars.web.views import help as views

urlpatterns = [
    path("help/", views.troubleshooting, name="help"),
    path("help/<slug:slug>/", views.guide, name="guide"),
    path("technical-resources/", views.technical_resources, name="technical-resources"),
    path("rulebook/", views.rulebook, name="rulebook"),
    path("rulebook.json", views.rulebook_json, name="rulebook-json"),
    path("rulebook.md", views.rulebook_markdown, name="rulebook-markdown"),
]
