"""Makers of files, the same bytes every time."""
