"""The manual: docs/manual as pages of the service, and what each page's help leads to."""
