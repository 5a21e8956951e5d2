"""連絡表: whom to call, who did, what was said, and the mails that follow the calls."""
