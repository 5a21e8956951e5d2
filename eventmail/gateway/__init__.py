"""Rules for the office's own mail gateway: "more than N external addresses in To/Cc: refuse"."""
