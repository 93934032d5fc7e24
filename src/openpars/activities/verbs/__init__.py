"""The verbs: what can be done to activities, one module each.

Every verb works on a set, takes its scope, actor, door and the present instant as keyword arguments, runs in
one transaction, and answers with one `Outcome` per record. An activity outside the scope does not exist
(`queries.NoSuchActivity`); a scope that may not write is refused (`PermissionDenied`).
"""
