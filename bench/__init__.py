"""Measurements, as ratios within one run, so that they mean the same on every machine.

A module here with a function `run(report: Report) -> None` is one bench. It runs in a process of its own on
a new, migrated, empty database, once on SQLite and once on PostgreSQL, and calls `report.ratio(...)` for
each thing it measured.
"""
