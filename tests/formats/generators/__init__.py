"""Makers of files as the world sends them: what must be read, and what must be refused."""
