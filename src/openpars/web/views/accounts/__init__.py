"""The pages about people and organizations: set-up, invitations, profile, accreditor, your account."""
