"""Programs that measure. They are run by hand and print figures; no test collects them."""
