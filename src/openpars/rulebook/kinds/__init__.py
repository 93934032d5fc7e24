"""How each kind of answer is read: one module per family, plain functions from what came in to the answer.

Each returns the canonical answer, None for a blank one, or raises `Trouble`.
"""
