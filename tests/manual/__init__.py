"""The manual, and what leads to it."""
