"""The Django app of this room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts: who may see and do what."""

    name = "openpars.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
