"""Client of the accounts server: device codes, tokens and their revocation.

Secrets go in the bodies of requests, as forms: never in URLs, which servers and proxies log.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import httpx
from pydantic import SecretBytes, SecretStr

from zcbulk_tui.creator import grants
from zcbulk_tui.creator.grants import Complaint, DeviceCode, Grant
from zcbulk_tui.creator.network import Form, Network
from zcbulk_tui.creator.redaction import Redaction
from zcbulk_tui.creator.sign_in_faults import to_error


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client, registered in Zoho's API console.

    Attributes:
        id: Its id, which is no secret.
        secret: Its secret.
    """

    id: str
    secret: SecretStr

    @property
    def form(self) -> Form:
        """The form fields that every token request requires."""
        return {"client_id": self.id, "client_secret": self.secret}


class Accounts:
    """One accounts server.

    Args:
        network: Carries the requests.
        url: Scheme and host.
    """

    def __init__(self, network: Network, url: str) -> None:
        self.network = network
        self.url = url

    def at(self, url: str) -> "Accounts":
        """The same for another data centre."""
        return Accounts(self.network, url)

    async def device_code(self, client_id: str, scopes: Iterable[str]) -> DeviceCode:
        """Begins a sign-in in which the user types a code elsewhere [DEV-I].

        Raises:
            ZcbulkError: There is no code.
        """
        form = {
            "client_id": client_id,
            "grant_type": "device_request",
            "scope": ",".join(scopes),
            # Without these two no refresh token comes.
            "access_type": "offline",
            "prompt": "consent",
        }
        status, body = await self._success("/oauth/v3/device/code", form)
        return grants.read_device_code(body, status)

    async def device_grant(self, client: Client, device_code: SecretStr) -> Grant | Complaint:
        """Polls a device sign-in once [DEV-P].

        Returns:
            The tokens, or an error, such as "not yet".

        Raises:
            ZcbulkError: There is no usable answer.
        """
        form: Form = {**client.form, "grant_type": "device_token", "code": device_code}
        status, body = await self._post("/oauth/v3/device/token", form)
        return self._complaint(body, status, form) or grants.read_grant(body, status)

    async def code_grant(self, client: Client, code: SecretStr) -> Grant:
        """Exchanges the code of a self client for tokens [SELF].

        Raises:
            ZcbulkError: There are none.
        """
        return await self._grant({**client.form, "grant_type": "authorization_code", "code": code})

    async def refresh(self, client: Client, refresh_token: SecretStr) -> Grant:
        """Requests a new access token [REF].

        Raises:
            ZcbulkError: There is none.
        """
        return await self._grant(
            {**client.form, "grant_type": "refresh_token", "refresh_token": refresh_token}
        )

    async def revoke(self, client: Client, refresh_token: SecretStr) -> None:
        """Revokes a refresh token and the access tokens issued with it [REV1] [REV2].

        Two endpoints are documented. If one answers with an error the other is tried: revoking
        twice does no harm.

        Raises:
            ZcbulkError: The token may still be valid.
        """
        basic = httpx.BasicAuth(client.id, client.secret.get_secret_value())
        newer: Form = {"token": refresh_token, "token_type": "refresh_token"}
        status, body = await self._post("/oauth/v2/revoke/token", newer, basic)
        if not _is_success(status) or not grants.says_success(body):
            status, body = await self._success("/oauth/v2/token/revoke", {"token": refresh_token})
            if not grants.says_success(body):
                raise grants.unreadable(status, "it does not say that the token was revoked")

    async def locations(self) -> Mapping[str, str]:
        """Returns the accounts servers of all data centres, by lower-case name [MDC-C].

        Raises:
            ZcbulkError: The answer does not contain them.
        """
        request = self.network.request("GET", f"{self.url}/oauth/serverinfo")
        response, body = await self.network.send(request)
        return grants.read_locations(SecretBytes(body), response.status_code)

    async def _grant(self, form: Form) -> Grant:
        status, body = await self._success("/oauth/v2/token", form)
        return grants.read_grant(body, status)

    async def _success(self, path: str, form: Form) -> tuple[int, SecretBytes]:
        """An answer without an error; errors come with HTTP 200 too [K43]."""
        status, body = await self._post(path, form)
        complaint = self._complaint(body, status, form)
        if complaint is None and not _is_success(status):
            complaint = Complaint("", "", status)
        if complaint is not None:
            raise to_error(complaint)
        return status, body

    async def _post(
        self, path: str, form: Form, auth: httpx.Auth | None = None
    ) -> tuple[int, SecretBytes]:
        request = self.network.request("POST", self.url + path, form=form)
        response, body = await self.network.send(request, auth, redaction=self._redaction(form))
        return response.status_code, SecretBytes(body)

    def _complaint(self, body: SecretBytes, status: int, form: Form) -> Complaint | None:
        """An error answer, which is shown, so without the secrets of its request."""
        return grants.read_complaint(body, status, self._redaction(form).line)

    def _redaction(self, form: Form) -> Redaction:
        secrets = [value for value in form.values() if isinstance(value, SecretStr)]
        return self.network.redaction(*secrets)


def _is_success(status: int) -> bool:
    return 200 <= status < 300
