"""Files of records: CSV in and out, without network and screen.

- ``source``, ``archive``, ``signatures``: what the user names, as a stream of the CSV's bytes
- ``encoding``, ``delimiter``: which characters those are, and which of them parts the cells
- ``rows``: the records, each with its line
- ``inspection`` and what it uses, down to ``value_checks``: what of them would fail
- ``outgoing``, ``new_files``, ``row_map``: what is uploaded, and where its records came from
- ``trial``, ``shapes``: which records are sent first
- ``result_folder``: the results on this disk; ``result_columns``, ``result_rows``: what is in one
- ``failures``, ``reasons``, ``masking``, ``frames``: why records failed, in groups
- ``matching``, ``placing``: which records of the source those of a result are
- ``repair``, ``repair_outcome``, ``repair_rules``: what is sent again
"""
