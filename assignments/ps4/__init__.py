"""Problem set 4, on chapters 9 and 10."""
