"""The activity form, step by step: each module declares the step's fields and the rules about them."""
