"""Webhooks: another system is told what has happened, by signed calls, without addresses."""
