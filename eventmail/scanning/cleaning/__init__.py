"""Copies of Office files without what they hide; runs in the confined child."""
