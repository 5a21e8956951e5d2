"""The participant's link to a page of his own: made, opened, revoked. Nobody else's opens by it."""
