"""Readers: one module per format, from a file to its rows."""
