"""What an activity is: its fields, vocabularies, rules, findings and life cycle.

The rulebook knows no framework, opens nothing but its own data files and never asks what day it is:
today is always an argument. Every door (form, file, web service, command) reads and judges with it.
"""

VERSION = "2026.1"
"""Goes up whenever a rule, a field or a vocabulary changes what an answer means."""
