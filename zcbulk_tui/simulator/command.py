"""The simulator as a command that serves until interrupted."""

import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from zcbulk_tui.simulator import scopes
from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import SignInFault
from zcbulk_tui.simulator.jobs import APP, OWNER, Address
from zcbulk_tui.simulator.messages import LogEntry
from zcbulk_tui.simulator.odd_results import OddResult
from zcbulk_tui.simulator.personalities import PERSONALITIES
from zcbulk_tui.simulator.results import ResultRules
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import HOST, LoopbackServer
from zcbulk_tui.simulator.sign_in_errors import SIGN_IN_ERRORS
from zcbulk_tui.simulator.sign_in_messages import SignInEntry
from zcbulk_tui.simulator.tokens import TOKEN_LIFE, TOKENS_PER_TEN_MINUTES
from zcbulk_tui.simulator.verdicts import InsertRules


def run(
    port: int,
    scenario: str,
    speed: float,
    seed: int,
    *,
    personality: str | None = None,
    token_life: float = TOKEN_LIFE,
    sign_in_error: str | None = None,
    rules: InsertRules | None = None,
    results: ResultRules | None = None,
    odd_results: Iterable[OddResult] = (),
    any_accept_for_results: bool = True,
) -> int:
    """Serve a scenario and print a line for each call until SIGINT or SIGTERM.

    Args:
        port: On the loopback interface; 0 = any free one.
        scenario: A key of ``SCENARIOS``.
        speed: Simulated seconds to a real one.
        seed: See ``build``.
        personality: A key of ``PERSONALITIES``; None leaves to the scenario what the sources leave
            open.
        token_life: Simulated seconds. Tokens that hold shorter than Zoho's are not limited in
            number, or no client could keep up.
        sign_in_error: A key of ``SIGN_IN_ERRORS``, the answer to every call it is documented for.
        rules: How uploaded files are inserted; None takes what scenario and personality have.
        results: What results look like; None takes the same.
        odd_results: What comes in the place of results.
        any_accept_for_results: Whether result calls may have any Accept header, or that of JSON
            alone.

    Returns:
        The exit code: 0 after a signal, 1 if the port cannot be had.
    """
    limit = None if token_life < TOKEN_LIFE else TOKENS_PER_TEN_MINUTES
    accounts = partial(Accounts, token_life=token_life, tokens_per_ten_minutes=limit, seed=seed)
    creator = build(
        scenario,
        seed=seed,
        speed=speed,
        accounts=accounts,
        rules=rules,
        results=results,
        personality=None if personality is None else PERSONALITIES[personality],
    )
    creator.dialect = replace(creator.dialect, any_accept_for_results=any_accept_for_results)
    for odd in odd_results:
        creator.inject(odd)
    if sign_in_error is not None:
        for call in SIGN_IN_ERRORS[sign_in_error].calls:
            creator.accounts.inject(SignInFault(call, sign_in_error))
    creator.on_call = creator.accounts.on_call = _print_call
    try:
        server = LoopbackServer(creator, port)
    except OSError as error:
        print(f"Cannot listen on {HOST}:{port}: {error.strerror}.", file=sys.stderr)
        return 1
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with server:
        _print_welcome(creator, scenario, personality, server.base_url)
        stop.wait()
    return 0


def _print_welcome(creator: Creator, scenario: str, personality: str | None, base_url: str) -> None:
    played = scenario if personality is None else f"{scenario}, personality {personality}"
    print(f"Simulated Zoho Creator, scenario {played}, at {base_url}")
    print(f"export ZCBULK_BASE_URL={base_url}")
    print(f"export ZCBULK_ACCOUNTS_URL={base_url}")
    print(f"export ZCBULK_ACCESS_TOKEN={creator.token}")
    for line in _ways_to_sign_in(creator, base_url):
        print(line)
    for job in creator.jobs.values():
        print(f"{base_url}{job.path}  {job.label} ({job.address.environment})")
    sys.stdout.flush()


def _ways_to_sign_in(creator: Creator, base_url: str) -> Iterator[str]:
    """How to practise each way to a token, as commands to copy."""
    accounts = creator.accounts
    yield "# To practise signing in, in place of that token:"
    yield "unset ZCBULK_ACCESS_TOKEN"
    yield f"export ZCBULK_CLIENT_ID={accounts.client_id}"
    yield f"export ZCBULK_CLIENT_SECRET={accounts.client_secret}"
    yield "# then by a code for a page, by a self client, or by a refresh token:"
    yield "zcbulk-tui login"
    yield f"curl -s {base_url}/simulator/grant-code | zcbulk-tui login --self-client"
    token = accounts.refresh_token(scopes.ALL)
    yield f"ZCBULK_REFRESH_TOKEN={token} zcbulk-tui login --refresh-token"
    yield "# or with a program that prints a token:"
    yield f"export ZCBULK_TOKEN_COMMAND='echo {creator.token}'"
    yield "# To practise inserting, a file with a few bad records, for a form without a job:"
    yield "zcbulk-tui simulator --sample Contacts 50000 --bad 0.003 > contacts.csv"
    into = f"contacts.csv --owner {OWNER} --app {APP} --form Contacts"
    yield f"zcbulk-tui check {into} --list-fields"
    yield f"zcbulk-tui insert {into}"
    yield f"# form: {base_url}{Address(OWNER, APP, 'Contacts').path}"
    yield f"# what it holds: {base_url}/simulator/records?form=Contacts"
    yield "# Results, once a job has ended: the URL of the job and /result?filter=failure"
    yield "# The jobs:"


def _print_call(entry: LogEntry | SignInEntry) -> None:
    # In one call: each connection has a thread, and two lines are not to run into each other.
    sys.stdout.write(f"{entry.line()}\n")
    sys.stdout.flush()
