"""What a sent mail tells of who got it: bytes or pasted text in, values out; no pages, no SQL."""
