"""What stands between the rulebook's fields and the boxes on a page."""
