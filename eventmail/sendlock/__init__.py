"""The lock of a database that was restored or moved: it sends nothing until a person unlocks it."""
