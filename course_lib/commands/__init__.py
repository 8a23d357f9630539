"""The command line: one door, one parser, one file a command."""
