"""A terminal dashboard for Zoho Creator bulk insert jobs.

The map; imports run downwards only, and ``cli`` joins the parts:

- ``cli``: the commands, and the one place where everything is put together
- ``tui``: the Textual app; ``workspace`` is its model, and knows no Textual
- ``channels``: ways out to somebody who does not look: alerts, the page's folder, the heartbeat
- ``monitor``: the loop that plans, polls, counts and publishes; commands, each sent once; alerts,
  each raised once
- ``creator``: Zoho Creator and its accounts server over HTTPS
- ``render``: jobs as spans of styled text, without a terminal library; as a page, JSON and metrics
- ``config``: settings, and where each comes from
- ``data``: files of records: opened, checked, cut; results read, failures grouped, records repaired
- ``store``: what is remembered, in SQLite; sign-ins in the keyring or in files
- ``schemas``: JSON Schemas of what the commands print, as files
- ``domain``: jobs, counts, forecasts, results, repairs, the planner, the quota, the contract and
  its probe: pure, time is an argument
- ``errors``: one tree of exceptions, each with a title, a cause and a next step
- ``user_files``: small files of the user's, read within bounds
- ``simulator``: a stand-in for Zoho Creator that shares no code with the rest

Words: a *reading* is what one status answer reported; a *snapshot* is all that is known of a job at
one moment; a *command* is a start or an abort; *unclear* is a command whose answer was lost; an
*insertion* is a file on its way into a form, whose *slot* is the one active job it may have; a
*result* is the file that Zoho makes of the records that failed, were not reached, or went in; a
*chain* is a job and those that repair it, each of them an *attempt*; a *profile* is one account's
settings, sign-in and quota; a *window* is one running dashboard, and of those on a profile one
polls; a *wait* is one without a screen, which polls only while no dashboard does; a *night* is a
span in which nobody watches, with an error budget and a report at its end; a *contract* is what is
known of a server where Zoho's documents leave it open, in *findings*, one for each question; a
*probe* makes the calls that answer them; the *past* of a form is what its last jobs show, and a
*rehearsal* runs a file by it in the simulator, whose *personality* is one reading of the contract.
``.github/CONTRIBUTING.md`` has the rest.
"""

__version__ = "0.1.0"
