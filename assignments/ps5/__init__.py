"""Problem set 5, on chapters 11 and 12."""
