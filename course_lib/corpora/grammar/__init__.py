"""A grammar that writes one meaning in several languages and knows which word says what. Chapter 1."""
