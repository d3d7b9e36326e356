"""A stand-in for Zoho Creator's bulk insert API, for tests, demos and trying things out.

It follows the contract of the public pages, contradictions included, and shares no code with the
client it is there to test: it imports nothing else of ``zcbulk_tui``. Keys in brackets, such as
[STATUS] or [OAS], name the source of a rule as listed in the README; "invented" marks what no
source documents.

How a call runs::

    transport or server -> targets -> creator -> schedule (a fault?) -> limits -> job -> dialect
                                              -> multipart -> files -> verdicts (an upload)
                                              -> results, or odd_results (a download)
                                              -> meta (what is there?)
                                   -> accounts -> sign_in_faults -> devices or tokens

``physics`` decides how far a job has come, ``jobs`` what state that makes, ``dialect`` how it is
spelled, ``scenarios`` which jobs there are, and ``personalities`` what a server does where the
sources leave it open. Of an uploaded file ``verdicts`` decides which records fail, by the ``cells``
that the ``fields`` of its form take; ``samples`` makes such files. ``results`` lists what became of
them, in the words of ``reasons``, or of records that are ``made_up`` where a scenario made up the
job. ``accounts`` issues the tokens ``creator`` requires, in the words of ``sign_in_messages`` and
``sign_in_errors``.
"""
