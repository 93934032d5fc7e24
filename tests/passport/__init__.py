"""The passport room."""
