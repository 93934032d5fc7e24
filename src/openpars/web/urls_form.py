"""Addresses of the activity form and of what can be done with one activity."""

from django.urls import path

from openpars.web.views import lifecycle, preview
from openpars.web.views.form import steps

_ACTIVITIES = "providers/<str:number>/activities/"
_ACTIVITY = f"{_ACTIVITIES}<int:activity_id>/"

urlpatterns = [
    path(f"{_ACTIVITIES}add/", steps.add, name="activity-add"),
    path(f"{_ACTIVITIES}entries/<uuid:entry>/discard/", steps.discard, name="entry-discard"),
    path(f"{_ACTIVITIES}<slug:slug>/check/", steps.check, name="step-check"),
    path(_ACTIVITY, steps.activity, name="activity"),
    path(f"{_ACTIVITY}saved/", steps.saved, name="activity-saved"),
    path(f"{_ACTIVITY}learners/", lifecycle.learners, name="activity-learners"),
    path(f"{_ACTIVITY}close/", lifecycle.close, name="activity-close"),
    path(f"{_ACTIVITY}reopen/", lifecycle.reopen, name="activity-reopen"),
    path(f"{_ACTIVITY}delete/", lifecycle.delete, name="activity-delete"),
    path(f"{_ACTIVITY}restore/", lifecycle.restore, name="activity-restore"),
    path(f"{_ACTIVITY}copy/", lifecycle.copy, name="activity-copy"),
    path(f"{_ACTIVITY}passport/", preview.preview, name="activity-passport"),
    # Last: every other word behind an activity's number is taken for a step.
    path(f"{_ACTIVITY}<slug:slug>/", steps.step, name="activity-step"),
]
