"""Background work: who does it, how far it is, and what happens when its worker dies."""
