"""What the grammar knows of each language. One file adds a language. Chapter 1."""
