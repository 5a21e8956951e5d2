"""What waits for each person: on the home page, on a page of its own, and as a count."""
