"""CME Passport: what everybody may see of the activities that providers chose to show, and the search through them."""
