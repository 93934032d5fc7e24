"""Addresses of the home page and of a provider's list of activities."""

from django.urls import path

from openpars.web.views import bulk_close, history, home, sheet, suggestions, summary

_ACTIVITIES = "providers/<str:number>/activities/"

urlpatterns = [
    path("", home.home, name="home"),
    path(_ACTIVITIES, summary.activities, name="activities"),
    path(f"{_ACTIVITIES}deleted/", summary.deleted, name="activities-deleted"),
    path(f"{_ACTIVITIES}bulk-close/", bulk_close.bulk_close, name="bulk-close"),
    path(f"{_ACTIVITIES}<int:activity_id>/stopping/", summary.stopping, name="activity-stopping"),
    path(f"{_ACTIVITIES}<int:activity_id>/history/", history.history, name="activity-history"),
    path(f"{_ACTIVITIES}<int:activity_id>/sheet/", sheet.sheet, name="activity-sheet"),
    path("providers/<str:number>/suggestions/", suggestions.suggestions, name="suggestions"),
]
