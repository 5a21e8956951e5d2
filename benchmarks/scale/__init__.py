"""How it grows: workers side by side, long sendings, and what happens when something dies."""
