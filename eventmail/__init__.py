"""Eventmail: event mail that cannot show one participant's address to another."""
