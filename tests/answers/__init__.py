"""Right and wrong answers to the exercises, a file a chapter: what their checks are tried on."""
