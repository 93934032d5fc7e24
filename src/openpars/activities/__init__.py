"""The record of activities: what is stored, who may see it, and the verbs that change it."""
