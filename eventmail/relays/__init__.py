"""The office's own SMTP server, where it has one beside the installation's."""
