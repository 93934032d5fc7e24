"""The addresses of CME Passport, open to everybody."""

from django.urls import path

from openpars.web.views.passport import activity, search, sitemap

urlpatterns = [
    path("passport/", search.search, name="passport"),
    path("passport/activities/<int:activity_id>/", activity.activity, name="passport-activity"),
    path(
        "passport/activities/<int:activity_id>/calendar.ics",
        activity.calendar,
        name="passport-activity-calendar",
    ),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-<int:part>.xml", sitemap.part, name="sitemap-part"),
    path("robots.txt", sitemap.robots, name="robots"),
]
