"""The commands of `openpars`, one module each. Django's models are imported once the settings are known."""
