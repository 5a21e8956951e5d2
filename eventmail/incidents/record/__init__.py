"""期限・経過・原因・再発防止策: what an incident's record says, and until when what is due."""
