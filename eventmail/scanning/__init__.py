"""What is inside a file: its kind, pages, texts, and what a reader of it would not see."""
