import pytest

from tests.simulator.support import ManualClock
from zcbulk_tui.simulator.fields import ANY_FORM, FORMS, Form
from zcbulk_tui.simulator.scenarios import build

WITH_RECORDS = [form for form in FORMS.values() if not form.stateless]


@pytest.mark.parametrize("form", [*WITH_RECORDS, Form("any", ANY_FORM)], ids=lambda f: f.link_name)
def test_a_form_has_six_to_twelve_fields_of_different_types(form: Form) -> None:
    columns = [column for field in form.fields for column in field.columns()]
    assert len(columns) == len(set(columns))
    assert 6 <= len(form.fields) <= 12
    assert len({field.kind for field in form.fields}) >= 4


@pytest.mark.parametrize("scenario", ["demo", "steady"])
def test_every_job_of_the_demo_has_a_table_and_contacts_has_no_job(scenario: str) -> None:
    forms = {job.address.form for job in build(scenario, clock=ManualClock()).jobs.values()}
    assert forms <= set(FORMS)
    assert "Contacts" in FORMS.keys() - forms
