"""Files of records: CSV in and out, without network and screen.

- ``source``, ``archive``, ``signatures``: what the user names, as a stream of the CSV's bytes
- ``encoding``, ``delimiter``: which characters those are, and which of them parts the cells
- ``rows``: the records, each with its line
- ``outgoing``, ``new_files``, ``row_map``: what is uploaded, and where its records came from
"""
