import pytest

from tests.simulator.support import ManualClock, content, outcome, proper_headers
from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.fields import Field, Form, Kind
from zcbulk_tui.simulator.limits import Limits
from zcbulk_tui.simulator.messages import LOST, Request, Response
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.scopes import APPLICATIONS, FIELDS, FORMS, READ

APPS_AT = "/applications"
FORMS_AT = "/jason18/zylker-store/forms"
FIELDS_AT = "/jason18/zylker-store/form/Contacts/fields"


def ask(creator: Creator, at: str, method: str = "GET", **changes: str) -> Response:
    path = f"/creator/v2.1/meta{at}"
    return creator.handle(Request(method, path, proper_headers(creator, **changes)))


def listed(creator: Creator, at: str, key: str) -> list[dict[str, object]]:
    found = content(ask(creator, at))
    assert found.pop("code") == 3000
    items = found.pop(key)
    assert isinstance(items, list)
    assert found == {}
    return items


@pytest.mark.parametrize("at", ["/applications", "/jason18/applications"])
def test_applications(creator: Creator, at: str) -> None:
    apps = listed(creator, at, "applications")
    names = [(app["application_name"], app["link_name"], app["workspace_name"]) for app in apps]
    assert names == [
        ("Zylker Store", "zylker-store", "jason18"),
        ("Zylker Trial", "zylker-trial", "jason18"),
    ]


def test_forms(creator: Creator) -> None:
    forms = listed(creator, FORMS_AT, "forms")
    assert {"display_name": "Tax Codes", "link_name": "Tax_Codes", "type": 1} in forms
    assert [form["link_name"] for form in forms if form["type"] == 2] == ["Price_Calculator"]
    assert "Contacts" in [form["link_name"] for form in forms]


def test_forms_that_only_jobs_name(clock: ManualClock) -> None:
    forms = listed(build("hostile", clock=clock), FORMS_AT, "forms")
    assert {"display_name": "Form 1", "link_name": "Form_1", "type": 1} in forms


def test_fields(creator: Creator) -> None:
    fields = {field["link_name"]: field for field in listed(creator, FIELDS_AT, "fields")}
    assert fields["Email"] == {
        "link_name": "Email",
        "display_name": "Email",
        "type": 3,
        "unique": True,
        "mandatory": True,
        "max_char": 255,
    }
    assert "max_char" not in fields["Met_On"]
    assert fields["Language"]["choices"] == [
        {"key": word, "value": word} for word in ("English", "Deutsch", "Français")
    ]
    assert fields["Name"]["subfields"] == [
        {"link_name": "first_name", "display_name": "First Name", "type": 1},
        {"link_name": "last_name", "display_name": "Last Name", "type": 1},
    ]


def test_forms_of_a_test(clock: ManualClock) -> None:
    own = Form("Contacts", (Field("Only", Kind.DATE),))
    creator = build("steady", clock=clock, forms=[own])
    assert [field["link_name"] for field in listed(creator, FIELDS_AT, "fields")] == ["Only"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("/jason18/zylker-trial/forms", (200, 3910)),
        ("/jason19/applications", (404, 1040)),
        ("/jason19/zylker-store/forms", (404, 1040)),
        ("/jason18/other/forms", (404, 2892)),
        ("/jason18/zylker-store/form/Other/fields", (404, 2893)),
        ("/jason18/zylker-trial/form/Contacts/fields", (404, 2893)),
        ("/jason18/zylker-store/fields", (404, 1000)),
        ("/jason18/zylker-store/form/Contacts", (404, 1000)),
    ],
)
def test_what_there_is_not(creator: Creator, at: str, expected: tuple[int, int]) -> None:
    assert outcome(ask(creator, at)) == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods(creator: Creator, method: str) -> None:
    assert outcome(ask(creator, FORMS_AT, method)) == (405, 1020)


@pytest.mark.parametrize(
    ("at", "scope"), [(APPS_AT, APPLICATIONS), (FORMS_AT, FORMS), (FIELDS_AT, FIELDS)]
)
def test_each_has_its_scope(clock: ManualClock, at: str, scope: str) -> None:
    accounts = Accounts(Timeline(clock))
    creator = Creator([], Timeline(clock), token="1000.a", accounts=accounts)
    accounts.permit("1000.b", frozenset({APPLICATIONS, FORMS, FIELDS, READ} - {scope}))
    accounts.permit("1000.c", frozenset({scope}))
    answers = [ask(creator, at, authorization=f"Zoho-oauthtoken 1000.{x}") for x in "bc"]
    assert [outcome(answer) for answer in answers] == [(401, 2945), (200, 3000)]


def test_they_count_as_other_calls(clock: ManualClock) -> None:
    creator = Creator([], Timeline(clock), token="1000.a", limits=Limits(per_day=2))
    answers = [outcome(ask(creator, at)) for at in (APPS_AT, FORMS_AT, FIELDS_AT)]
    assert answers == [(200, 3000), (200, 3000), (200, 4000)]


def test_they_have_faults_of_their_own(creator: Creator) -> None:
    creator.inject(Fault(LOST, calls=frozenset({Call.META}), times=1))
    assert ask(creator, FORMS_AT).lost
    assert not ask(creator, FORMS_AT).lost
