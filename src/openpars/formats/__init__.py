"""Files in and out: from bytes to rows with coordinates, and back.

Readers and writers know the rulebook's fields and no framework: a file can be checked where there is neither
a server nor a database.
"""
