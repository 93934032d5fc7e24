"""The commands of `openpars`, one module each. They import Django's models only after the settings are known."""
