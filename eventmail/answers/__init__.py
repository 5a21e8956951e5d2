"""What participants answer: the organiser's questions, the answers, and what was opened."""
