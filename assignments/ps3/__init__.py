"""Problem set 3, on chapters 6 to 8."""
