"""An upload's life: received, checked, planned, applied, its receipt, undone."""
