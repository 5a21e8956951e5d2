"""Self-inspection and comprehension tests of an office's staff."""
