"""Ways out for alerts, beside the screen: a command of the user's, and a webhook."""
