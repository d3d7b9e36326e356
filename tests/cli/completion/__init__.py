"""The completion scripts and the man page: made from the parser, and tried in real shells."""
