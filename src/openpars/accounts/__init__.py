"""Accreditors, providers, their contacts and roles, and how a person signs in."""
