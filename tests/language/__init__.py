"""The pages in two languages."""
