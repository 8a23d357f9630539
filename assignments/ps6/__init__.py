"""Problem set 6, on chapters 13 to 15."""
