"""Problem set 2, on chapters 4 and 5."""
