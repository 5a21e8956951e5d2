"""What the office holds about participants, for how long, who saw it, and how it goes."""

from eventmail.privacy import keeping

__all__ = ["keeping"]
