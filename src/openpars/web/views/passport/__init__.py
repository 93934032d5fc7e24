"""The pages of CME Passport: for everybody, without a session."""
