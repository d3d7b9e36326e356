"""Watching and commanding jobs: async use cases that know no terminal and no HTTP."""
