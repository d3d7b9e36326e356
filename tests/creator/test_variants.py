"""The ways of putting a command: which there are, what a refusal rules out, what is remembered."""

from collections.abc import Mapping
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.creator.control import Variant, VariantMemory, candidates, follow
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import Answer, VariantRefusedError

ALL = candidates(Variant())
EU = "https://www.zohoapis.eu"
REPORT = Variant("POST", report=True)

variants = st.sampled_from(ALL)


class MemoryStore:
    """A store without a file."""

    def __init__(self, saved: Mapping[str, object] | None = None) -> None:
        self.saved = dict(saved or {})
        self.saves = 0

    def load(self) -> Mapping[str, object]:
        return self.saved

    def save(self, values: Mapping[str, object]) -> None:
        self.saved = dict(values)
        self.saves += 1


def refusal(code: int | None) -> VariantRefusedError:
    return VariantRefusedError("no", answer=None if code is None else Answer(400, code))


@pytest.mark.parametrize("variant", ALL, ids=str)
@pytest.mark.parametrize("action", Action)
def test_a_body_has_one_shape_and_one_action(variant: Variant, action: Action) -> None:
    word = action.value.capitalize() if variant.capital else action.value
    flat: dict[str, object] = {"action": word}
    assert variant.body(action) == (flat if variant.shape == "flat" else {"data": flat})


def test_the_order_is_that_of_the_contract() -> None:
    assert candidates(Variant(), with_report=True) == [*ALL, REPORT]
    assert [(way.method, way.shape, way.capital) for way in ALL] == [
        (method, shape, capital)
        for method in ("PATCH", "PUT", "POST")
        for capital in (False, True)
        for shape in ("wrapped", "flat")
    ]


@given(variants)
def test_the_first_way_is_the_one_asked_for_and_every_way_is_there_once(first: Variant) -> None:
    ways = candidates(first)
    assert ways[0] == first
    assert [way for way in ALL if way != first] == ways[1:]


@given(variants, st.sampled_from([1020, 9350, 11000, None]))
def test_a_refusal_rules_out_what_was_refused_and_keeps_the_order(
    refused: Variant, code: int | None
) -> None:
    ways = candidates(refused)
    left = follow(ways, refused, refusal(code))
    assert refused not in left
    assert left == [way for way in ways if way in left]


@pytest.mark.parametrize(
    ("code", "shared"),
    [
        pytest.param(1020, ("method",), id="wrong method"),
        pytest.param(9350, ("shape",), id="part missing"),
        pytest.param(11000, ("shape", "capital"), id="bad action"),
    ],
)
@given(refused=variants)
def test_what_is_ruled_out_shares_the_refused_part(
    code: int, shared: tuple[str, ...], refused: Variant
) -> None:
    left = follow(ALL, refused, refusal(code))
    out = [way for way in ALL if way not in left]
    assert out == [
        way for way in ALL if all(getattr(way, part) == getattr(refused, part) for part in shared)
    ]


def test_the_memory_begins_with_the_first_way() -> None:
    assert VariantMemory().recall(EU) == Variant()
    assert VariantMemory("PUT").recall(EU) == Variant("PUT")


def test_the_memory_saves_only_what_is_new() -> None:
    store = MemoryStore()
    memory = VariantMemory(store=store)
    for _ in range(3):
        memory.save(EU, Variant("PUT", "flat"))
    assert store.saves == 1
    assert VariantMemory(store=store).recall(EU) == Variant("PUT", "flat")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "PATCH",
        ["PATCH", "wrapped", False],
        {},
        {"method": "DELETE", "shape": "wrapped", "capital": False},
        {"method": "PATCH", "shape": "both", "capital": False},
        {"method": "PATCH", "shape": "wrapped"},
        asdict(Variant()) | {"url": "https://elsewhere.example"},
    ],
    ids=repr,
)
def test_a_damaged_way_is_forgotten_and_the_others_stay(value: object) -> None:
    good = asdict(Variant("POST"))
    memory = VariantMemory(store=MemoryStore({EU: value, "https://www.zohoapis.com": good}))
    assert memory.recall(EU) == Variant()
    assert memory.recall("https://www.zohoapis.com") == Variant("POST")


@given(variants, st.sampled_from([1020, 9350, 11000, None]))
def test_what_one_url_does_not_take_says_nothing_of_the_other(
    refused: Variant, code: int | None
) -> None:
    ways = candidates(refused, with_report=True)
    assert follow(ways, refused, refusal(code))[-1] == REPORT
    first = candidates(REPORT, with_report=True)
    assert follow(first, REPORT, refusal(code)) == ALL


def test_the_way_by_a_report_is_never_the_first() -> None:
    memory = VariantMemory()
    memory.save(EU, REPORT)
    assert memory.recall(EU) == Variant()
