"""A user who is signed in at the simulator, and a clock for both."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from tests.creator.signing_in import network
from tests.simulator.support import ManualClock
from tests.support.jobs import NOW
from zcbulk_tui.creator import sign_in
from zcbulk_tui.creator.accounts import Accounts, Client
from zcbulk_tui.creator.credentials import Credentials
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.renewal import RefreshedToken
from zcbulk_tui.simulator import accounts as simulated
from zcbulk_tui.simulator import scopes
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.simulator.sign_in_errors import SignInCall
from zcbulk_tui.store.sign_in import SignInFiles

CLIENT = Client(simulated.CLIENT_ID, SecretStr(simulated.CLIENT_SECRET))


class World:
    """The simulator behind a socket, and the folder where a sign-in is kept.

    Attributes:
        clock: The simulator's, and the program's.
        server: Where the simulator listens.
        creator: The simulator.
        folder: Where sign-ins are kept.
    """

    def __init__(
        self, folder: Path, clock: Callable[[], float], token_life: float, limit: int | None
    ) -> None:
        def accounts(timeline: Timeline) -> simulated.Accounts:
            return simulated.Accounts(timeline, token_life=token_life, tokens_per_ten_minutes=limit)

        self.clock = clock
        self.creator = build("steady", clock=clock, accounts=accounts)
        self.accounts = self.creator.accounts
        self.server = LoopbackServer(self.creator)
        self.folder = folder

    @property
    def store(self) -> SignInFiles:
        """As another process sees it."""
        return SignInFiles(self.folder, "default", "file")

    @property
    def token_file(self) -> Path:
        return self.folder / "default" / "token.json"

    @property
    def refreshes(self) -> list[str]:
        """What became of each request for another access token."""
        return [e.outcome for e in self.accounts.log if e.call is SignInCall.REFRESH]

    @property
    def refreshed_at(self) -> list[float]:
        """When each of these requests came."""
        return [e.time for e in self.accounts.log if e.call is SignInCall.REFRESH]

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def asker(self, network: Network) -> RefreshedToken:
        """Another process, as far as that needs no other process."""
        return RefreshedToken(network, self.store, "default", now=self.now)

    async def sign_in(self) -> Credentials:
        """Signs the user in; returns what is kept."""
        async with network() as made:
            at = Accounts(made, self.server.base_url)
            code = SecretStr(self.accounts.grant_code((scopes.READ, scopes.CREATE)))
            grant = await at.code_grant(CLIENT, code)
            return await sign_in.save(self.store, at, CLIENT, grant, self.now())

    async def revoke(self, token: SecretStr) -> None:
        """Ends a token of either kind before its time."""
        async with network() as made:
            await Accounts(made, self.server.base_url).revoke(CLIENT, token)

    def is_accepted(self, token: SecretStr) -> bool:
        """Whether the simulator accepts it now."""
        return bool(self.accounts.scopes_of(token.get_secret_value()))


class ManualWorld(World):
    """One in which time passes only when told to."""

    def __init__(self, folder: Path, token_life: float, limit: int | None) -> None:
        self.manual = ManualClock(NOW.timestamp())
        super().__init__(folder, self.manual, token_life, limit)

    def pass_time(self, seconds: float) -> None:
        """Lets time pass; a negative one sets the clock back."""
        self.manual.now += seconds


@contextmanager
def world(
    folder: Path, token_life: float = 3600.0, limit: int | None = 10
) -> Iterator[ManualWorld]:
    """A world until its end; it may be closed before."""
    made = ManualWorld(folder, token_life, limit)
    with made.server:
        yield made
