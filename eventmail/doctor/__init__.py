"""点検: whether everything that the service stands on is there, and what to do where it is not."""
