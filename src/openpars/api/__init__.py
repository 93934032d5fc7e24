"""Web services: the JSON REST API under /api/v1, and the PARS dialect under /services/pars."""
