"""The addresses of a provider's webhooks, below its profile."""

from django.urls import URLPattern, URLResolver, include, path

from openpars.web.views.accounts import webhooks
from openpars.web.views.accounts.places import at_provider

one: list[URLPattern] = [
    path("", at_provider(webhooks.one, to_administer=True), name="profile-webhook"),
    path("edit/", at_provider(webhooks.edit, to_administer=True), name="profile-webhook-edit"),
    path("secret/", at_provider(webhooks.rotate, to_administer=True), name="profile-webhook-secret"),
    path("test/", at_provider(webhooks.send_test, to_administer=True), name="profile-webhook-test"),
    path("pause/", at_provider(webhooks.pause, to_administer=True), name="profile-webhook-pause"),
    path("go-on/", at_provider(webhooks.go_on, to_administer=True), name="profile-webhook-go-on"),
    path("remove/", at_provider(webhooks.remove, to_administer=True), name="profile-webhook-remove"),
    path(
        "deliveries/<uuid:delivery_id>/",
        at_provider(webhooks.delivery, to_administer=True),
        name="profile-webhook-delivery",
    ),
    path(
        "deliveries/<uuid:delivery_id>/resend/",
        at_provider(webhooks.resend, to_administer=True),
        name="profile-webhook-resend",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "providers/<str:number>/profile/webhooks/",
        at_provider(webhooks.webhooks, to_administer=True),
        name="profile-webhooks",
    ),
    path(
        "providers/<str:number>/profile/webhooks/add/",
        at_provider(webhooks.add, to_administer=True),
        name="profile-webhook-add",
    ),
    path("providers/<str:number>/profile/webhooks/<uuid:webhook_id>/", include(one)),
]
