"""Accounts: signing in and out, sessions, passwords, invitations, and proving oneself anew."""
