"""局の一覧: the offices of a bureau in figures, without a participant."""
