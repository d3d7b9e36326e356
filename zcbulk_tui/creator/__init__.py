"""Zoho Creator's bulk insert API over HTTPS: the only importer of httpx outside the simulator."""
