"""Stands in the place of click, which tools of developers bring, and no installation of users.

Where httpx finds it, it loads a command line of its own with each start, a fifth of a command.
"""

raise ImportError("Users do not have it")
