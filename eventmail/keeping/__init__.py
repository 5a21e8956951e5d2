"""Backup, restore and move: one way of writing all rows down, and of reading them back."""
