"""The first installation: what an office still needs before its first event, and how it gets it."""
