"""Real processes, real SMTP, and whatever can go wrong between them."""
