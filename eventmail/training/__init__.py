"""Self-inspection and comprehension tests of an office's staff.

What the office withdraws from those who are late is asked as soon as anything of this room is
imported.
"""

from eventmail.training import withdrawing

__all__ = ["withdrawing"]
