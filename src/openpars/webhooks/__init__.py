"""Webhooks: what happens here is told to addresses that a provider names, signed, and again until they have it."""
