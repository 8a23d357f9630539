"""Problem set 1, on chapters 1 to 3."""
