"""Layouts whose columns are known by their position."""
