"""Pictures of coloured shapes and their captions, as sentence pairs. Chapter 10."""
