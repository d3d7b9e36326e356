"""Ways out of the dashboard to somebody, or something, that does not look at it."""
