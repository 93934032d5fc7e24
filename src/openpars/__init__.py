"""OpenPARS: an open Program and Activity Reporting System for continuing medical education."""

__version__ = "0.1.0"
