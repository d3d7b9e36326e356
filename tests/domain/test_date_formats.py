"""Dates in files: read by what the user names, never by the locale, never guessed."""

import locale
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contracts import contract_of
from zcbulk_tui.domain.contract import UNKNOWN, Question
from zcbulk_tui.domain.date_formats import (
    KnownDates,
    check_format,
    formats_of,
    known_dates,
    read_date,
    rewritten,
)
from zcbulk_tui.errors import UsageError


@pytest.mark.parametrize(
    ("text", "date_format", "written"),
    [
        ("2026-01-31", "%Y-%m-%d", "31-Jan-2026"),
        ("31/1/2026", "%d/%m/%Y", "31-Jan-2026"),
        (" 1.2.26 ", "%d.%m.%y", "01-Feb-2026"),
        ("1/2/69", "%d/%m/%y", "01-Feb-1969"),
        ("5 SEPTEMBER 2026", "%d %B %Y", "05-Sep-2026"),
        ("5 Sep 2026", "%d %B %Y", "05-Sep-2026"),
        ("May  5, 2026", "%b %d, %Y", "05-May-2026"),
        ("2026-01-31T14:05", "%Y-%m-%dT%H:%M", "31-Jan-2026 14:05:00"),
        ("1/2/2026 12:30 am", "%m/%d/%Y %I:%M %p", "02-Jan-2026 00:30:00"),
        ("1/2/2026 12:30 PM", "%m/%d/%Y %I:%M %p", "02-Jan-2026 12:30:00"),
        ("29-02-2024", "%d-%m-%Y", "29-Feb-2024"),
        ("29-02-2026", "%d-%m-%Y", None),
        ("31/13/2026", "%d/%m/%Y", None),
        ("1/2/2026 13:30 PM", "%m/%d/%Y %I:%M %p", None),
        ("2026-01-31 and more", "%Y-%m-%d", None),
        ("", "%Y-%m-%d", None),
        ("20260131", "%Y%m%d", "31-Jan-2026"),
        ("2026131", "%Y%m%d", None),
        ("٣١/٠١/٢٠٢٦", "%d/%m/%Y", None),
    ],
)
def test_a_date(text: str, date_format: str, written: str | None) -> None:
    assert rewritten(text, [date_format]) == written


def test_a_date_that_two_formats_read_differently_is_not_guessed() -> None:
    both = ["%d/%m/%Y", "%m/%d/%Y"]
    assert rewritten("03/04/2026", both) is None
    assert rewritten("13/04/2026", both) == rewritten("04/13/2026", both) == "13-Apr-2026"
    assert rewritten("04/04/2026", both) == "04-Apr-2026"


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001 - as in a cell
def test_each_day_is_read_as_it_was_written(moment: datetime) -> None:
    text = f"{moment.year:04}-{moment.month:02}-{moment.day:02} {moment:%H:%M:%S}"
    written = rewritten(text, ["%Y-%m-%d %H:%M:%S"])
    assert written is not None
    assert read_date(written, "%d-%b-%Y %H:%M:%S") == moment.replace(microsecond=0)


def test_the_locale_is_of_no_account() -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_TIME, name)
            assert rewritten("2026-05-12", ["%Y-%m-%d"]) == "12-May-2026"
            assert rewritten("Dec 1, 2026", ["%b %d, %Y"]) == "01-Dec-2026"
    finally:
        locale.setlocale(locale.LC_TIME, before)


@pytest.mark.parametrize(
    ("date_format", "why"),
    [
        ("%Y-%m", "must have one day"),
        ("%d/%m", "must have one year"),
        ("%d/%Y", "must have one month"),
        ("%d/%m/%b/%Y", "must have one month"),
        ("%d/%d/%m/%Y", "names a part twice"),
        ("%A %d/%m/%Y", "%A is not read here"),
        ("%d/%m/%Y %", "ends with a single %"),
        ("%d/%m/%Y %I", "%I with %p"),
        ("%d/%m/%Y %p", "%I with %p"),
        ("%d/%m/%Y %M", "no hour"),
        ("dd/mm/yyyy", "must have one day"),
    ],
)
def test_what_is_no_format(date_format: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_format(date_format)
    assert why in caught.value.cause
    assert "%d/%m/%Y" in caught.value.next_step


def test_formats_by_which_all_are_dates() -> None:
    both = ["%d/%m/%Y", "%m/%d/%Y"]
    assert formats_of(["1/2/2026", "3/4/2026"], both) == both
    assert formats_of(["1/2/2026", "13/4/2026"], both) == both[:1]
    assert formats_of(["1/2/2026", "x"], both) == []


def test_what_is_known_of_formats_is_read_as_zoho_writes_them() -> None:
    known = contract_of(
        (
            Question.DATE_FORMATS,
            {
                "dd-MMM-yyyy": "read",
                "yyyy-MM-dd": "refused",
                "dd/MM/yyyy": "misread",
                "dd-MMM-yyyy HH:mm:ss": "read",
                "EEE, MMM d": "read",
                "100%": "read",
            },
        )
    )
    assert known_dates(known, with_time=False) == KnownDates(("%d-%b-%Y",), ("%Y-%m-%d",))
    assert known_dates(known, with_time=True) == KnownDates(("%d-%b-%Y %H:%M:%S",), ())
    assert known_dates(UNKNOWN, with_time=False) == KnownDates()


def test_a_format_that_is_read_counts_for_more_than_one_that_is_not() -> None:
    known = KnownDates(("%d/%m/%Y",), ("%m/%d/%Y",))
    assert known.are_read("3/4/2026")
    assert not known.are_refused("3/4/2026")
    assert known.are_refused("4/13/2026")
    assert not known.are_refused("2026-04-13")
