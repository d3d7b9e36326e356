import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.support import csv_of
from zcbulk_tui.simulator.fields import FORMS, Form
from zcbulk_tui.simulator.files import InsertFile
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.verdicts import InsertRules, Verdict, judge

forms = st.sampled_from([form for form in FORMS.values() if not form.stateless])


def verdict(form: Form, records: int, bad: float, seed: int = 1) -> Verdict:
    data = csv_of(sample(form.fields, records, bad=bad, seed=seed))
    return judge(InsertFile("a.csv", data), form.fields, InsertRules(strict_batches=False))


@given(forms, st.integers(0, 150), st.floats(0, 1), st.integers(0, 99))
def test_as_many_records_are_bad_as_were_asked_for(
    form: Form, records: int, bad: float, seed: int
) -> None:
    found = verdict(form, records, bad, seed)
    assert (found.records, found.unknown_columns) == (records, [])
    assert len(found.bad) == round(records * bad)


@given(forms, st.integers(0, 99))
def test_a_seed_makes_one_file(form: Form, seed: int) -> None:
    seeds = (seed, seed, seed + 1)
    one, same, other = (list(sample(form.fields, 20, bad=0.2, seed=each)) for each in seeds)
    assert one == same != other


@pytest.mark.parametrize("form", ["Contacts", "Customers", "Orders"])
def test_there_are_bad_cells_of_several_kinds(form: str) -> None:
    found = verdict(FORMS[form], 300, 0.8)
    codes = {flaw.code for flaws in found.bad.values() for flaw in flaws}
    assert codes == {"MANDATORY_NOT_FOUND", "INVALID_DATA", "LIMIT_EXCEEDED", "DUPLICATE_DATA"}
