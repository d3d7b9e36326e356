"""The Meta API, which pickers ask: applications, their forms, the fields of a form.

Its paths are those of v2.1, the ones of the applications carried over from the OAS of v2. How an
answer lists choices is as one third-party sample has it; how it lists subfields is invented.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zcbulk_tui.simulator import scopes
from zcbulk_tui.simulator.fields import ANY_FORM, FORMS, Field, Form
from zcbulk_tui.simulator.jobs import APP, OWNER, Address
from zcbulk_tui.simulator.messages import Response, json_response

_PATH = re.compile(
    r"/creator/v2(?:\.1)?/meta"
    r"(?:/(?P<owner>[^/]+))?"
    r"(?:/applications|/(?P<app>[^/]+)(?:/forms|/form/(?P<form>[^/]+)/fields))",
    re.ASCII,
)

EMPTY_APP = "zylker-trial"
"""An application without forms."""

_APPLICATIONS: Mapping[str, tuple[str, Sequence[Form]]] = {
    APP: ("Zylker Store", tuple(FORMS.values())),
    EMPTY_APP: ("Zylker Trial", ()),
}
"""Display name and forms, by link name."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a call of the Meta API asks about: as far down as it names something."""

    owner: str | None
    app: str | None
    form: str | None

    @property
    def scope(self) -> str:
        """What its token must be for [FORMS][FIELDS]."""
        if self.form is not None:
            return scopes.FIELDS
        return scopes.APPLICATIONS if self.app is None else scopes.FORMS


def question(path: str) -> Question | None:
    """What a path asks the Meta API; None if it belongs to another."""
    match = _PATH.fullmatch(path)
    return None if match is None else Question(match["owner"], match["app"], match["form"])


class Catalogue:
    """The applications and forms there are: the account's own, and those that jobs name."""

    def __init__(self, addresses: Iterable[Address], forms: Mapping[str, Form]) -> None:
        """Takes the places of jobs, and forms beside the account's own, or in place of them."""
        self._apps: dict[tuple[str, str], dict[str, Form]] = {
            (OWNER, app): {form.link_name: form for form in own}
            for app, (_, own) in _APPLICATIONS.items()
        }
        self._apps[OWNER, APP].update(forms)
        for at in addresses:
            known = self._apps.setdefault((at.owner, at.app), {})
            known.setdefault(at.form, Form(at.form, ANY_FORM))

    def refusal(self, owner: str | None, app: str | None, form: str | None) -> str | None:
        """The row of ``ERRORS`` for the first name that is unknown; None where there is none."""
        if owner is not None and owner not in {known for known, _ in self._apps}:
            return "404-1040"
        if owner is not None and app is not None:
            if (owner, app) not in self._apps:
                return "404-2892"
            if form is not None and form not in self._apps[owner, app]:
                return "404-2893"
        return None

    def fields(self, at: Address) -> Sequence[Field]:
        """The fields of a form that is known."""
        return self._apps[at.owner, at.app][at.form].fields

    def answer(self, asked: Question) -> Response | None:
        """The answer to a question whose names are known; None where an app has no forms."""
        if asked.owner is None or asked.app is None:
            apps = [
                _application(owner, app)
                for owner, app in self._apps
                if asked.owner in (None, owner)
            ]
            return json_response(200, {"code": 3000, "applications": apps})
        forms = self._apps[asked.owner, asked.app]
        if asked.form is not None:
            fields = [_field(field) for field in forms[asked.form].fields]
            return json_response(200, {"code": 3000, "fields": fields})
        if not forms:
            return None
        return json_response(200, {"code": 3000, "forms": [_form(form) for form in forms.values()]})


def _application(owner: str, app: str) -> dict[str, object]:
    return {
        "application_name": _APPLICATIONS.get(app, (app, ()))[0],
        "link_name": app,
        "workspace_name": owner,
        "created_by": owner,
        "category": 1,
        "time_zone": "UTC",
        "date_format": "dd-MMM-yyyy",
        "creation_date": "20-Apr-2020 16:23:50",
    }


def _form(form: Form) -> dict[str, object]:
    return {
        "display_name": _display_name(form.link_name),
        "link_name": form.link_name,
        "type": 2 if form.stateless else 1,
    }


def _field(field: Field) -> dict[str, object]:
    described: dict[str, object] = {
        "link_name": field.link_name,
        "display_name": _display_name(field.link_name),
        "type": int(field.kind),
        "unique": field.unique,
        "mandatory": field.mandatory,
    }
    if field.max_char is not None:
        described["max_char"] = field.max_char
    if field.choices:
        described["choices"] = [{"key": choice, "value": choice} for choice in field.choices]
    if field.subfields:
        described["subfields"] = [
            {"link_name": part, "display_name": _display_name(part).title(), "type": 1}
            for part in field.subfields
        ]
    return described


def _display_name(link_name: str) -> str:
    return link_name.replace("_", " ")
