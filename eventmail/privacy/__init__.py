"""What the office holds about participants, for how long, who saw it, and how it goes."""
