from collections import Counter
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.support import csv_of
from zcbulk_tui.simulator.cells import Flaw
from zcbulk_tui.simulator.fields import FORMS, Form
from zcbulk_tui.simulator.files import InsertFile
from zcbulk_tui.simulator.samples import SampleRows, kinds_of_flaws, sample
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


CONTACTS = FORMS["Contacts"]


def bad_of_kinds(
    form: Form, records: int, bad: float, kinds: int, *, runs: bool, seed: int = 1
) -> dict[int, Flaw]:
    """The flaw of each bad record, by number."""
    rows = sample(form.fields, records, bad=bad, kinds=kinds, runs=runs, seed=seed)
    rules = InsertRules(strict_batches=False)
    found = judge(InsertFile("a.csv", csv_of(rows)), form.fields, rules)
    assert found.records == records
    return {number: flaw for number, (flaw,) in found.bad.items()}


@given(st.integers(0, 200), st.floats(0, 1), st.integers(1, 14), st.booleans(), st.integers(0, 99))
def test_a_file_has_so_many_kinds_of_bad_records(
    records: int, bad: float, kinds: int, runs: bool, seed: int
) -> None:
    found = bad_of_kinds(CONTACTS, records, bad, kinds, runs=runs, seed=seed)
    assert len(found) == round(records * bad)
    assert len(set(found.values())) == min(kinds, len(found))


def test_in_runs_bad_records_of_a_kind_lie_side_by_side() -> None:
    found = bad_of_kinds(CONTACTS, 20_000, 0.065, 6, runs=True)
    assert (len(found), len(set(found.values()))) == (1300, 6)
    pieces = [kind for kind, _ in groupby(found.get(number) for number in range(1, 20_001)) if kind]
    assert len(pieces) <= 22
    assert max(Counter(pieces).values()) <= 4


def test_at_random_they_do_not() -> None:
    found = bad_of_kinds(CONTACTS, 20_000, 0.01, 6, runs=False)
    assert len({number // 200 for number in found}) > 50


def test_each_bad_value_is_another_where_it_can_be() -> None:
    form = FORMS["Orders"]
    header, *rows = sample(form.fields, 500, bad=1, kinds=12, seed=3)
    rules = InsertRules(strict_batches=False)
    found = judge(InsertFile("a.csv", csv_of([header, *rows])), form.fields, rules)
    cells = [
        (column, rows[number - 1][header.index(column)])
        for number, ((code, column),) in found.bad.items()
        if code != "MANDATORY_NOT_FOUND"
    ]
    assert len(cells) > 300
    assert len(set(cells)) == len(cells)


@pytest.mark.parametrize("form", [form for form in FORMS.values() if not form.stateless])
def test_each_kind_of_a_form_is_one(form: Form) -> None:
    kinds = sum(not kind.is_duplicate for kind in kinds_of_flaws(form.fields))
    found = Counter(bad_of_kinds(form, 10 * kinds, 1, kinds, runs=False).values())
    assert set(found.values()) == {10}
    assert len(found) == kinds
    assert kinds >= 6


@pytest.mark.parametrize("kinds", [0, 15])
def test_there_are_not_so_many_kinds(kinds: int) -> None:
    with pytest.raises(ValueError, match="there are 14 kinds"):
        list(sample(CONTACTS.fields, 10, kinds=kinds))


@given(forms, st.permutations(range(1, 30)), st.integers(0, 99))
def test_records_by_number_are_the_same_in_any_order(
    form: Form, numbers: list[int], seed: int
) -> None:
    rows = SampleRows(form.fields, str(seed))
    found = {number: rows.row(number) for number in numbers}
    again = SampleRows(form.fields, str(seed))
    assert found == {number: again.row(number) for number in range(1, 30)}
    data = csv_of([rows.columns, *found.values()])
    assert judge(InsertFile("a.csv", data), form.fields, InsertRules()).bad == {}
