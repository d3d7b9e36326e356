"""``zcbulk-tui doctor``: what stands between the user and Zoho, one module for each part of it."""
