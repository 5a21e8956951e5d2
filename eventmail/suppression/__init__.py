"""配信停止: addresses to which an office, or one event of it, sends no more."""
