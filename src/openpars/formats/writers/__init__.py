"""Writers: one module per format, from records to a file that the same reader reads."""
