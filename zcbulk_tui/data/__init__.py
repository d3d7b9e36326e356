"""Files of records: CSV in and out, without network and screen."""
