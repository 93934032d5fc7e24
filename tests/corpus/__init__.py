"""Files that must fail and files that must pass, and exactly what is told of each."""
