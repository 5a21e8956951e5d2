"""The bureau above the offices: what they do in figures, without any participant."""
