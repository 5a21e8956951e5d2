"""A participant's own page, opened by his link: what concerns him, and nothing of anybody else."""
