"""予定表: the events, mailings and deadlines of an office, a month at a time."""
