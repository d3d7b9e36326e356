"""The settings of the memory: whole days, and no more of them in full than there are at all."""

import pytest

from tests.config.conftest import Write, refusal
from zcbulk_tui.config.load import faults, load
from zcbulk_tui.config.settings import MemorySettings

DAYS = "Write a whole number from 1 to 3650."


@pytest.mark.parametrize(
    ("content", "key", "value", "hint"),
    [
        ("memory.full_days = 0", "memory.full_days", "0", DAYS),
        ("memory.full_days = 3651", "memory.full_days", "3651", DAYS),
        ("memory.full_days = 1.5", "memory.full_days", "1.5", DAYS),
        ("memory.full_days = true", "memory.full_days", "true", DAYS),
        ("memory.days = '90'", "memory.days", "'90'", DAYS),
        ("memory.days = -1", "memory.days", "-1", DAYS),
        ("memory.control_days = 36501", "memory.control_days", "36501", "from 1 to 36500."),
    ],
)
def test_a_value_that_cannot_be_is_named_with_file_and_key(
    write: Write, content: str, key: str, value: str, hint: str
) -> None:
    environ = write(content)
    error = refusal(environ)
    assert error.title == f"{environ['ZCBULK_CONFIG']}, line 1: {key} cannot be {value}"
    assert hint in error.next_step


def test_each_has_a_variable(write: Write) -> None:
    environ = write("[memory]\nfull_days = 3") | {
        "ZCBULK_MEMORY_FULL_DAYS": "30",
        "ZCBULK_MEMORY_DAYS": "30",
        "ZCBULK_MEMORY_CONTROL_DAYS": "1",
    }
    assert load(environ).memory == MemorySettings(30, 30, 1)


@pytest.mark.parametrize(
    ("content", "environ", "source", "title"),
    [
        ("memory.days = 6", {}, "{file}, line 1", "memory.days cannot be 6"),
        ("memory.full_days = 91", {}, "{file}, line 1", "memory.full_days cannot be 91"),
        (
            "memory.days = 5\n[profiles.p]\nmemory.full_days = 6",
            {},
            "{file}, line 3",
            "memory.full_days cannot be 6",
        ),
        (
            "memory.days = 365",
            {"ZCBULK_MEMORY_FULL_DAYS": "366"},
            "ZCBULK_MEMORY_FULL_DAYS",
            "memory.full_days cannot be 366",
        ),
    ],
)
def test_more_days_in_full_than_at_all_are_refused(
    write: Write, content: str, environ: dict[str, str], source: str, title: str
) -> None:
    environ = write(content) | environ
    error = refusal(environ)
    assert error.title == f"{source.format(file=environ['ZCBULK_CONFIG'])}: {title}"
    assert error.cause.startswith("memory.full_days is ")
    assert "no less than memory.full_days" in error.next_step
    (fault,) = faults(environ).values()
    assert str(fault) == str(error)


def test_what_only_fits_with_a_farther_layer_is_no_fault(write: Write) -> None:
    environ = write("memory.days = 365\n[profiles.p]\nmemory.full_days = 120")
    assert load(environ).memory == MemorySettings(120, 365)
    assert faults(environ) == {"p": None}


def test_a_pair_that_does_not_fit_is_found_below_a_nearer_layer(write: Write) -> None:
    environ = write("[profiles.p]\nmemory.full_days = 120") | {"ZCBULK_MEMORY_DAYS": "365"}
    assert load(environ).memory.days == 365
    assert "memory.full_days cannot be 120" in str(faults(environ)["p"])
