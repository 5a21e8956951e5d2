"""漏えい等事案: what an office does when addresses were shown, wherever it happened."""
