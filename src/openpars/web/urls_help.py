"""Addresses of help, guides, technical resources and the rulebook."""

from django.urls import path

from openpars.web.views import help as views
from openpars.web.views import technical

urlpatterns = [
    path("help/", views.troubleshooting, name="help"),
    path("help/<slug:slug>/", views.guide, name="guide"),
    path("technical-resources/", views.technical_resources, name="technical-resources"),
    path("technical-resources/columns/", technical.columns, name="columns"),
    path("technical-resources/templates/<slug:kind>/<slug:form>/", technical.template, name="template"),
    path("technical-resources/schema/<str:name>", technical.schema, name="schema"),
    path("rulebook/", views.rulebook, name="rulebook"),
    path("rulebook.json", views.rulebook_json, name="rulebook-json"),
    path("rulebook.md", views.rulebook_markdown, name="rulebook-markdown"),
]
