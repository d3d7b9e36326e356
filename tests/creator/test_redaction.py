"""No secret is seen in what a server says, however the server has encoded it."""

import base64
import html
import json
import string
from collections.abc import Callable
from html.entities import codepoint2name
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.creator.calls import TLS, TOKEN, creator, failed_status
from tests.creator.signing_in import accounts
from tests.support.jobs import REF
from tests.support.raw_server import raw_server
from tests.support.stub_server import Reply, StubServer
from zcbulk_tui.creator.accounts import Client
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.redaction import BLANK, Redaction
from zcbulk_tui.errors import ZcbulkError

VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
secrets = st.text(string.ascii_letters + string.digits + "._-~+/=", min_size=8, max_size=80)
texts = st.text(VISIBLE + " é\n", max_size=40)
"""What stands before and after."""


def percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def entities(text: str) -> str:
    return "".join(f"&#{ord(c)};" for c in text)


def hex_entities(text: str) -> str:
    return "".join(f"&#x{ord(c):04X};" for c in text)


def named_entities(text: str) -> str:
    names = {chr(code): f"&{name};" for code, name in codepoint2name.items()}
    names |= {".": "&period;", "/": "&sol;", "+": "&plus;", "=": "&equals;"}
    return "".join(names.get(c, c) for c in text)


def escapes(text: str) -> str:
    return "".join(f"\\u{ord(c):04x}" for c in text)


def encoded(data: str) -> str:
    return base64.b64encode(data.encode()).decode()


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": str.upper,
    "small letters": str.lower,
    "other letters": str.swapcase,
    "quoted": lambda it: quote(it, safe=""),
    "percent": percent,
    "small percent": lambda it: percent(it).lower(),
    "double percent": lambda it: quote(percent(it), safe=""),
    "triple percent": lambda it: quote(quote(percent(it), safe=""), safe=""),
    "entities": entities,
    "entities with zeros": lambda it: "".join(f"&#{ord(c):08};" for c in it),
    "hex entities": hex_entities,
    "named entities": named_entities,
    "escaped page": lambda it: html.escape(entities(it)),
    "JSON": lambda it: json.dumps({"Authorization": f"Zoho-oauthtoken {it}"}),
    "JSON in JSON": lambda it: json.dumps(json.dumps({"token": it})),
    "JSON escapes": escapes,
    "JSON slashes": lambda it: it.replace("/", "\\/"),
    "x escapes": lambda it: "".join(f"\\x{ord(c):02x}" for c in it),
    "hex": lambda it: it.encode().hex(),
    "hex in capitals": lambda it: it.encode().hex().upper(),
    "hex with colons": lambda it: it.encode().hex(":"),
    "spaced": " ".join,
    "with what is not seen": "\u200b".join,
    "base64": encoded,
    "base64 of a header": lambda it: encoded(f"Bearer {it}"),
    "base64 of the real header": lambda it: encoded(f"Zoho-oauthtoken {it}"),
    "base64 of user and password": lambda it: encoded(f"user:{it}"),
    "base64 of JSON": lambda it: encoded(json.dumps({"a": 1, "token": it, "z": 2})),
    "base64 without padding": lambda it: encoded(it).rstrip("="),
    "base64 for URLs": lambda it: base64.urlsafe_b64encode(f"x {it}".encode()).decode(),
    "base64 in a URL": lambda it: quote(encoded(it), safe=""),
    "base64 in lines": lambda it: base64.encodebytes(f"{it * 3}".encode()).decode(),
}


@given(secret=secrets, before=texts, after=texts)
def test_a_secret_is_blanked_however_it_is_encoded(secret: str, before: str, after: str) -> None:
    redaction = Redaction([SecretStr(secret)])  # once: it takes longer than all the ways
    seen = []
    for name, way in WAYS.items():
        written = way(secret)
        shown = redaction.text(f"{before} {written} {after}")
        if BLANK not in shown or written in shown:
            seen.append((name, shown))
    assert seen == []


@given(secret=secrets, data=st.data())
def test_each_character_may_have_its_own_encoding(secret: str, data: st.DataObject) -> None:
    ways: tuple[Callable[[str], str], ...]
    ways = (str.upper, str.swapcase, percent, entities, hex_entities, escapes)
    written = "".join(data.draw(st.sampled_from(ways))(c) for c in secret)
    assert Redaction([SecretStr(secret)]).text(f"<{written}>") == f"<{BLANK}>"


@given(
    secret=st.text(string.digits, min_size=8, max_size=80),
    text=st.text(VISIBLE + " \n", max_size=200),
)
def test_other_text_stays_as_it_is(secret: str, text: str) -> None:
    other = "".join(character for character in text if not character.isdigit())
    assert Redaction([SecretStr(secret)]).text(other) == other


@given(secret=secrets, before=st.integers(0, 900))
def test_no_part_is_left_where_a_line_is_cut(secret: str, before: int) -> None:
    shown = Redaction([SecretStr(secret)]).line(" ".join("x" * before) + f" {secret} end")
    assert secret[:6] not in shown
    assert len(shown) <= 200


@pytest.mark.parametrize("text", ["\\" * 10**6, "%25" * 10**5, "&#0000" * 10**5, "MTAw" * 10**5])
def test_no_text_takes_long(text: str) -> None:
    Redaction([SecretStr(TOKEN * 2)]).line(text)


# Where servers are heard.


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("http", [200, 401])
async def test_the_access_token_in_an_answer(http: int, way: Callable[[str], str]) -> None:
    written = way(TOKEN)
    for body in (
        json.dumps({"code": 2945, "message": f"Bad: {written}."}).encode(),
        f"<title>No: {html.escape(written)}.</title>".encode(),
        f"No: {written}.".encode(),
    ):
        error = await failed_status(Reply(http, body))
        assert written not in str(error)
        assert TOKEN.lower() not in str(error).lower()


async def test_the_access_token_in_a_state_and_in_a_header() -> None:
    data = {"code": 3000, "data": {"api_status": f"Bad {percent(TOKEN)}"}}
    encoding = Reply(200, b"x", {"Content-Encoding": TOKEN.lower()})
    redirect = Reply(302, b"", {"Location": f"https://a.example/?t={percent(TOKEN)}"})
    with StubServer([Reply.of(data), encoding, redirect]) as server:
        async with creator(server.url) as client:
            reading = await client.status(REF)
            said = [reading.raw_state]
            for _ in range(2):
                with pytest.raises(ZcbulkError) as caught:
                    await client.status(REF)
                said.append(str(caught.value))
    assert BLANK in said[0]
    assert BLANK in said[1]
    for each in said:
        assert TOKEN[:8].lower() not in each.lower()
        assert percent(TOKEN)[:24] not in each


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_the_secrets_of_a_sign_in(way: Callable[[str], str]) -> None:
    client = Client("1000.CLIENT", SecretStr("c11e47-secret-of-the-client"))
    refresh = SecretStr("1000.refresh-canary.5ecre7")
    for secret in (client.secret, refresh):
        written = way(secret.get_secret_value())
        answer = {"error": f"invalid {written}", "error_description": f"No: {written}"}
        with StubServer([Reply.of(answer, 400)]) as server:
            async with accounts(server.url) as there:
                with pytest.raises(ZcbulkError) as caught:
                    await there.refresh(client, refresh)
        assert written not in str(caught.value)
        assert secret.get_secret_value() not in str(caught.value)


async def test_the_password_of_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    for said in ("p@ss-canary", "p%40ss-canary", encoded("user:p@ss-canary")):
        async with raw_server() as proxy:
            proxy.answer = [f"HTTP/1.1 407 Not {said}\r\n\r\n".encode()]
            address = proxy.url.removeprefix("http://")
            monkeypatch.setenv("HTTPS_PROXY", f"http://user:p%40ss-canary@{address}")
            network = Network(verify=TLS)
            with pytest.raises(ZcbulkError) as caught:
                await network.send(network.request("GET", "https://www.zohoapis.eu"))
            await network.aclose()
        assert BLANK in str(caught.value)
        assert said not in str(caught.value)


@given(secrets, st.data())
def test_pieces_of_a_secret_are_not_seen(secret: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(secret) - 8))
    end = data.draw(st.integers(begin + 8, len(secret)))
    piece = secret[begin:end]
    shown = Redaction([SecretStr(secret)]).text(f"Refused: {piece} (cut)")
    assert shown == f"Refused: {BLANK} (cut)" or piece not in shown


@pytest.mark.parametrize("scheme", ["Zoho-oauthtoken", "bearer", "Authorization: Bearer"])
def test_whoever_sent_it_what_follows_the_scheme_of_a_token_is_not_seen(scheme: str) -> None:
    text = f"<title>{scheme} 1000.secrettokenAA</title>"
    assert "secrettoken" not in Redaction([]).text(text)
    assert Redaction([]).text(f"{scheme} is missing") == f"{scheme} is missing"
