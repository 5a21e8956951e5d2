"""The installation: bureaus, offices, their first managers; nothing of what offices hold."""
