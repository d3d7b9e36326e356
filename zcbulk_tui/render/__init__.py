"""Domain values as spans of text and style names: pure, and without a terminal library."""
