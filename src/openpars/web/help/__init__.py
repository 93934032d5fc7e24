"""What the help pages tell: the guides, the technical resources, and answers for the activity at hand."""
