"""Mails to staff, one person each: what has come to wait for them. Nothing of a participant."""
