"""The Meta API's lists of applications, forms and fields, in every shape that was seen."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.creator.calls import TOKEN, creator, met
from tests.creator.uploading import FORM, Recorder, Renewing
from tests.support.contract import REFUSALS, Refusal
from tests.support.jobs import NOW, REF
from tests.support.stub_server import Answer, Reply, StubServer, StubTransport
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.wire import parse
from zcbulk_tui.creator.wire_meta import applications, fields, forms
from zcbulk_tui.domain.form import FieldType, FormField, FormFields, NamedLink
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.errors import (
    RefusedError,
    SignedOutError,
    SignInError,
    UnclearError,
    UnreadableError,
    ZcbulkError,
)
from zcbulk_tui.monitor.ports import FormApi, InsertApi, JobApi

META = "/creator/v2.1/meta"

FIELDS = (
    b'{"code":3000,"fields":[{"link_name":"Email","display_name":"Email","type":3,"unique":true,'
    b'"mandatory":false,"max_char":255}]}'
)
FORMS = b'{"code":3000,"forms":[{"display_name":"Add Order","link_name":"Order_Form","type":1}]}'
APPLICATIONS = (
    b'{"code":3000,"applications":[{"application_name":"Zylker Store","link_name":"zylker-store",'
    b'"workspace_name":"jason18","created_by":"","category":1,"time_zone":"...",'
    b'"creation_date":"20-Apr-2020 16:23:50"}]}'
)
"""The samples of the pages and of the OpenAPI file."""


async def call_fields(client: CreatorClient, recorder: Recorder) -> FormFields:
    return await client.fields(FORM, recorder.slot)


async def call_forms(client: CreatorClient, recorder: Recorder) -> tuple[NamedLink, ...]:
    return await client.forms(REF.origin, REF.owner, REF.app, slot=recorder.slot)


async def call_applications(client: CreatorClient, recorder: Recorder) -> tuple[NamedLink, ...]:
    return await client.applications(REF.origin, recorder.slot)


CALLS: dict[str, tuple[Any, str, bytes, object, str]] = {
    "fields": (
        call_fields,
        f"{META}/jason18/zylker-store/form/Employee_Details/fields",
        FIELDS,
        FormFields((FormField("Email", "Email", FieldType.EMAIL, False, True, 255),), NOW),
        "ZohoCreator.meta.form.READ",
    ),
    "forms": (
        call_forms,
        f"{META}/jason18/zylker-store/forms",
        FORMS,
        (NamedLink("Order_Form", "Add Order"),),
        "ZohoCreator.meta.application.READ",
    ),
    "applications": (
        call_applications,
        f"{META}/applications",
        APPLICATIONS,
        (NamedLink("zylker-store", "Zylker Store", "jason18"),),
        "ZohoCreator.dashboard.READ",
    ),
}


async def listed(name: str, *answers: Answer) -> Any:
    """What one call returns that is answered so."""
    async with creator(None, transport=StubTransport(answers)) as client:
        return await CALLS[name][0](client, Recorder())


@pytest.mark.parametrize("name", CALLS)
async def test_the_samples(name: str) -> None:
    call, path, sample, expected, _ = CALLS[name]
    recorder = Recorder()
    with StubServer([Reply(200, sample)]) as server:
        async with creator(server.url) as client:
            assert await call(client, recorder) == expected
        (request,) = server.requests
    assert (request.method, request.path, request.body) == ("GET", path, b"")
    assert recorder.requests == [f"GET {name}"]
    assert [answer and answer.code for answer in recorder.answers] == [3000]


async def test_the_environment_is_named() -> None:
    with StubServer([Reply(200, FORMS)]) as server:
        async with creator(server.url) as client:
            await client.forms(REF.origin, REF.owner, REF.app, Environment.DEVELOPMENT)
        assert server.requests[0].headers["environment"] == "development"


@pytest.mark.parametrize("name", CALLS)
async def test_the_missing_scope_is_named(name: str) -> None:
    with pytest.raises(SignInError) as caught:
        await listed(name, Reply.of({"code": 2945, "message": "no"}, 401))
    assert CALLS[name][4] in caught.value.next_step
    assert caught.value.next_step.endswith("zcbulk-tui login --with-forms")


@pytest.mark.parametrize("name", ["forms", "applications"])
async def test_no_forms_are_an_empty_list(name: str) -> None:
    recorder = Recorder()
    with StubServer([Reply.of({"code": 3910, "message": "No forms"})]) as server:
        async with creator(server.url) as client:
            assert await CALLS[name][0](client, recorder) == ()
    assert [answer and answer.code for answer in recorder.answers] == [3910]


async def test_no_forms_are_a_refusal_where_one_is_asked_for() -> None:
    with pytest.raises(RefusedError, match="has no forms"):
        await listed("fields", Reply.of({"code": 3910, "message": "No forms"}))


@pytest.mark.parametrize("row", [row for row in REFUSALS if row.code != 3910], ids=str)
async def test_each_refusal_is_said(row: Refusal) -> None:
    with pytest.raises(ZcbulkError) as caught:
        await listed("forms", Reply.of({"code": row.code, "message": "Own words"}, row.http))
    assert type(caught.value) is met(row)
    assert "Own words" in str(caught.value)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("value", [None, {}, "x", 5])
async def test_a_success_without_a_list_is_unreadable(name: str, value: object) -> None:
    with pytest.raises(UnreadableError, match="cannot be understood"):
        await listed(name, Reply.of({"code": 3000, name: value}))


async def test_a_lost_answer_is_unclear_and_a_token_is_replaced_once() -> None:
    refused = Reply.of({"code": 1030}, 401)
    with StubServer([refused, Reply(200, FORMS), refused, refused, Reply(500)]) as server:
        async with creator(server.url, tokens=Renewing()) as client:
            assert len(await client.forms(REF.origin, REF.owner, REF.app)) == 1
            with pytest.raises(SignedOutError):
                await client.forms(REF.origin, REF.owner, REF.app)
            with pytest.raises(UnclearError):
                await client.forms(REF.origin, REF.owner, REF.app)


async def test_the_client_is_what_the_monitor_needs() -> None:
    async with creator(None) as client:
        ports: tuple[JobApi, InsertApi, FormApi] = (client, client, client)
    assert all(port is client for port in ports)


def one_field(**keys: object) -> FormField:
    body = json.dumps({"code": 3000, "fields": [{"link_name": "Name", **keys}]}).encode()
    (found,) = fields(parse(body, 200))
    return found


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, FormField("Name", "Name", 0)),
        ({"type": "29", "max_char": "255"}, FormField("Name", "Name", 29, max_char=255)),
        ({"type": 99999, "max_char": 0}, FormField("Name", "Name", 99999)),
        ({"type": None, "max_char": "", "mandatory": None}, FormField("Name", "Name", 0)),
        ({"type": "text", "max_char": -1, "unique": []}, FormField("Name", "Name", 0)),
        ({"mandatory": "true", "unique": 1}, FormField("Name", "Name", 0, True, True)),
        ({"mandatory": "false", "unique": 0}, FormField("Name", "Name", 0)),
        ({"display_name": "\x1b[2JA\nb"}, FormField("Name", "�[2JA b", 0)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_field_is_read_tolerantly(keys: dict[str, object], expected: FormField) -> None:
    assert one_field(**keys) == expected


@pytest.mark.parametrize(
    "subfields",
    [
        ["first_name", "last_name"],
        [{"link_name": "first_name", "display_name": "First"}, {"link_name": "last_name"}],
        [{"name": "first_name"}, {"key": "last_name"}],
        {"first_name": {"type": 1}, "last_name": {}},
        {"first_name": "First", "last_name": "Last"},
        {"subfields": [{"link_name": "first_name"}, {"link_name": "last_name"}]},
    ],
    ids=lambda value: str(value)[:40],
)
def test_subfields_are_read_in_any_shape(subfields: object) -> None:
    assert one_field(subfields=subfields).subfields == ("first_name", "last_name")


@pytest.mark.parametrize(
    "choices",
    [
        ["Red", "Green", "5"],
        ["Red", None, [], {}, "Green", 5, True, ""],
        [{"display_value": "Red"}, {"value": "Green", "key": "2"}, {"key": 5}],
        {"Red": 1, "Green": 2, "5": 3},
        {"choice": ["Red", "Green", 5]},
    ],
    ids=lambda value: str(value)[:40],
)
def test_choices_are_read_in_any_shape(choices: object) -> None:
    assert one_field(choices=choices).choices == ("Red", "Green", "5")


def test_what_stores_no_records_or_has_no_url_is_left_out() -> None:
    listed = [
        {"link_name": "A", "type": 1},
        {"link_name": "B", "type": 2},
        {"link_name": "C", "type": "2"},
        {"link_name": "D"},
        {"link_name": "no name", "type": 1},
        {"display_name": "E"},
        "F",
        None,
    ]
    body = json.dumps({"code": 3000, "forms": listed}).encode()
    assert [form.link_name for form in forms(parse(body, 200))] == ["A", "D"]
    body = json.dumps({"code": 3000, "data": {"applications": listed}}).encode()
    assert applications(parse(body, 200)) == ()


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_safe(text: str) -> None:
    field = one_field(display_name=text, choices=[text], subfields=[text])
    for shown in (field.display_name, *field.choices, *field.subfields):
        assert is_one_safe_line(shown)


async def test_a_quoted_token_is_blanked() -> None:
    body = {"code": 3000, "forms": [{"link_name": "A", "display_name": f"x {TOKEN}"}]}
    (form,) = await listed("forms", Reply.of(body))
    assert TOKEN not in form.display_name


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_KEYS = "link_name display_name type mandatory unique max_char subfields choices workspace_name"
_entries = st.dictionaries(st.sampled_from(_KEYS.split()), _json)


@given(st.lists(_entries | _json, max_size=5))
def test_any_list_is_read(entries: list[object]) -> None:
    for name, read in (("fields", fields), ("forms", forms), ("applications", applications)):
        parsed = parse(json.dumps({"code": 3000, name: entries}).encode(), 200)
        for found in read(parsed):
            assert found.link_name
            assert is_one_safe_line(found.display_name)
