"""What comes from a terminal: keys stay keys, and nothing else becomes one."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from zcbulk_tui.render.notification import TerminalSays
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.own_keys import moving_characters
from zcbulk_tui.tui.terminal.control_sequences import Kind
from zcbulk_tui.tui.terminal.input_driver import is_repeat, messages_of
from zcbulk_tui.tui.terminal.input_filter import TOGETHER, UNSURE, Arrival, InputFilter
from zcbulk_tui.tui.terminal.input_lexer import MAX_TEXT, InputLexer
from zcbulk_tui.tui.terminal.notification import TerminalAnswer
from zcbulk_tui.tui.textual_internals import key_sequences, parser_class

MOVING = moving_characters(KEYS)

ST, BEL = b"\x1b\\", b"\x07"

PARAMETERS = st.text("0123456789;:?<=>", max_size=20).map(str.encode)
PAYLOAD = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x07\x18\x1a\x1b\x9c"),
    max_size=60,
).map(str.encode)
STRINGS = st.one_of(
    st.tuples(st.sampled_from([b"\x1b]", b"\x1bP", b"\x1b_", b"\x1b^", b"\x1bX"]), PAYLOAD),
    st.tuples(st.sampled_from([b"\x9d", b"\x90", b"\x9f", b"\x9e", b"\x98"]), PAYLOAD),
)
CONTROL_STRINGS = st.tuples(STRINGS, st.sampled_from([ST, BEL, b"\x9c"])).map(
    lambda parts: b"".join((*parts[0], parts[1]))
)
"""OSC, DCS, APC, PM and SOS, each in 7 and in 8 bits."""

REPORTS = st.sampled_from(
    [
        b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
        b"\x1b]4;1;rgb:cdcd/0000/0000\x07",
        b"\x1b]52;c;U2FsYXJ5\x07",
        "\x1b]lS“Salary” y\x1b\\".encode(),
        b"\x1bP1$r0 q\x1b\\",
        b"\x1bP1+r544e=787465726d\x1b\\",
        b"\x1bP>|XTerm(390)\x1b\\",
        b"\x1bP!|53797274\x1b\\",
        b"\x1b_Gi=31;OK\x1b\\",
        b"\x1b[?62;22c",
        b"\x1b[>41;390;0c",
        b"\x1b[=1;0c",
        b"\x1b[0n",
        b"\x1b[24;80R",
        b"\x1b[?24;80;1R",
        b"\x1b[?997;1n",
        b"\x1b[?2027;2$y",
        b"\x1b[4;1$y",
        b"\x1b[1t",
        b"\x1b[8;24;80t",
        b"\x1b[4;600;800t",
        b"\x1b[48;24;80;600;800t",
        b"\x1b[3;1;1;112;112;1;0x",
        b"\x1b[?31u",
        b"\x1b[?1;0;256S",
        b"\x1b[?2031;1$y",
        b"\x9b?1;2c",
        b"\x1b/Z",
        b"\x1b[M !!",
        b"\x1b[M \xe9\x21",
        b"\x1b[M \xc3\xa9"[:5] + b"\x21",
        b"\x1b[32;160;20M",
        b"\x1b[97;1:3u",
        b"\x1b[999999999;5u",
        b"\x1b[97:65:99;1:1;55555555u",
        b"\x1b[83;1~",
        b"\x1b[27;2;83~",
        b"\x1bO\x7f",
    ]
)


def came(reads: Iterable[bytes], gap: float = 0.001) -> list[Arrival]:
    """Feeds reads one after the other, and then waits until nothing more is on its way."""
    filtered = InputFilter(InputLexer(key_sequences()), MOVING)
    now, arrivals = 100.0, []
    for read in reads:
        while (deadline := filtered.deadline) is not None and now >= deadline:
            arrivals += filtered.tick(deadline)
        arrivals += filtered.feed(read, now)
        now += gap
    while (deadline := filtered.deadline) is not None:
        arrivals += filtered.tick(deadline)
    return arrivals


def kinds(arrivals: Iterable[Arrival]) -> list[tuple[Kind, str]]:
    return [(arrival.token.kind, arrival.token.text) for arrival in arrivals]


def keys(arrivals: Iterable[Arrival]) -> list[str]:
    """The names of the keys that Textual makes of what came."""
    parser = parser_class()
    assert parser is not None
    reading = parser()
    messages = [each for arrival in arrivals for each in messages_of(arrival, reading)]
    return [each.key for each in messages if isinstance(each, events.Key)]


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[begin:end] for begin, end in pairwise(edges)]


BROKEN = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.one_of(
            CONTROL_STRINGS,
            REPORTS,
            st.tuples(st.sampled_from([b"\x1b[", b"\x9b"]), PARAMETERS, st.binary(max_size=2)).map(
                b"".join
            ),
            st.binary(max_size=6),
            st.sampled_from([b"j", b"S", b"\x1b", b"\x1b[A", b"\x1b[200~", b"\x1b[201~"]),
        ),
        max_size=6,
    ).map(b"".join),
)


@given(BROKEN, st.lists(st.integers(0, 200), max_size=5))
def test_nothing_raises_and_no_split_matters(data: bytes, places: list[int]) -> None:
    whole, pieces = came([data]), came(cut(data, places))
    keys(whole)
    text = [kinds(each) for each in (whole, pieces)]
    if not any(kind is Kind.BURST for kind, _ in text[0]):
        assert text[0] == text[1]
    # Of a burst no more than keys that move the cursor may have gone ahead of it.
    typed = [
        "".join(text for kind, text in each if kind in (Kind.BURST, Kind.CHARACTER))
        for each in text
    ]
    ahead = [text for kind, text in text[1] if kind is Kind.CHARACTER]
    if any(kind is Kind.BURST for kind, _ in text[0]):
        assert MOVING.issuperset(ahead)
        assert "".join(sorted(typed[0])) in ("".join(sorted(typed[1])), typed[0])


@given(st.lists(st.one_of(CONTROL_STRINGS, REPORTS), min_size=1, max_size=6), st.data())
def test_what_a_terminal_answers_is_no_key(strings: list[bytes], data: st.DataObject) -> None:
    sent = b"".join(strings)
    places = data.draw(st.lists(st.integers(0, len(sent)), max_size=4))
    assert keys(came(cut(sent, places), gap=0.08)) == []


ANSWERS = (
    (b"\x1bP>|kitty(0.36.1)", TerminalSays("kitty(0.36.1)")),
    (b"\x1b]99;i=zcbulk:p=?;a=focus,report:o=always:p=title,body,?", TerminalSays("", True)),
    (b"\x1b]99;i=zcbulk:p=?:a=report;", TerminalSays("", True)),
)
"""What a terminal says of itself on request, without its end."""


def said(arrivals: Iterable[Arrival]) -> list[TerminalSays]:
    """What is understood of the answers that came."""
    parser = parser_class()
    assert parser is not None
    reading = parser()
    messages = [each for arrival in arrivals for each in messages_of(arrival, reading)]
    return [each.says for each in messages if isinstance(each, TerminalAnswer)]


@pytest.mark.parametrize("end", [ST, BEL])
@given(st.sampled_from(ANSWERS), st.lists(st.integers(0, 60), max_size=4))
def test_an_answer_is_understood_however_it_is_cut(
    end: bytes, answer: tuple[bytes, TerminalSays], places: list[int]
) -> None:
    sent, says = answer
    arrivals = came(cut(sent + end, places))
    assert (said(arrivals), keys(arrivals)) == ([says], [])


@pytest.mark.parametrize(
    "sent",
    [
        b"\x1bP>|" + b"a" * 100_000 + ST,
        b"\x1bP>|a\x07b" + ST,
        b"\x1bP>|\xc3\xa9" + ST,
        b"\x1bP>|kitty\x18" + ST,
        b"\x90>|kitty\x9c",
        b"\x1bP>|" + ST,
        b"\x1bP>|kitty\x1b[A\x1b\\",
        b"\x1b]99;i=other:p=?;" + ST,
        b"\x1b]99;i=zcbulk-1:p=close;" + ST,
        b"\x1b]52;c;kitty" + ST,
    ],
)
def test_what_is_no_answer_says_nothing(sent: bytes) -> None:
    assert [each for each in said(came([sent])) if each.name != "a"] == []


@given(REPORTS, st.integers(1, 40))
def test_each_byte_may_be_read_alone(report: bytes, milliseconds: int) -> None:
    reads = [report[place : place + 1] for place in range(len(report))]
    assert keys(came(reads, gap=milliseconds / 1000)) == []


@given(st.one_of(CONTROL_STRINGS, REPORTS), st.sampled_from(["S", "j", "y", "\r"]))
def test_a_key_between_answers_is_a_key_but_not_alone(report: bytes, key: str) -> None:
    answers = (Kind.NAME, Kind.OSC_99)  # those that say something; no key comes of them
    arrivals = came([report + key.encode() + report])
    (arrival,) = (each for each in arrivals if each.token.kind not in answers)
    assert (arrival.token.text, arrival.alone) == (key, False)
    # What follows on something broken may be its rest.
    is_sound = report.startswith(b"\x1b") and not report.startswith(b"\x1b[M")
    if is_sound or key in MOVING:
        assert arrival.token.kind is Kind.CHARACTER


@given(st.binary(min_size=2, max_size=30))
def test_random_bytes_are_no_command(data: bytes) -> None:
    # 8F begins a key, as ESC does: 8F 6A is the asterisk of the number pad.
    data = data.replace(b"\x1b", b"").replace(b"\x8f", b"")
    commands = [
        arrival
        for arrival in came([data])
        if arrival.token.kind is Kind.CHARACTER and not MOVING.issuperset(arrival.token.typed)
    ]
    assert len(commands) <= (len(data.decode(errors="replace")) == 1)


@pytest.mark.parametrize(
    "begin", [b"\x1b]11;rgb:", b"\x1bP1$r", b"\x1b_G", b"\x1b[?62;", b"\x9b1;"]
)
def test_what_never_ends_is_given_up(begin: bytes) -> None:
    filtered = InputFilter(InputLexer(key_sequences()), MOVING)
    assert filtered.feed(begin + b"1" * 100_000, 0.0) == []
    assert filtered.feed(b"Sy", 0.4) == []  # its rest, or lost
    deadline = filtered.deadline
    assert deadline is None or deadline <= 0.4 + 0.5
    now = deadline or 0.4
    filtered.tick(now)
    while filtered.deadline is not None:
        now = filtered.deadline
        filtered.tick(now)
    filtered.feed(b"S", now + 0.1)
    assert kinds(filtered.tick(now + 0.2)) == [(Kind.CHARACTER, "S")]


def test_who_holds_a_key_down_gets_through_after_all() -> None:
    filtered = InputFilter(InputLexer(key_sequences()), MOVING)
    arrivals, now = filtered.feed(b"\x1b]11;rgb:", 0.0), 0.0
    while now < 3.0 and not arrivals:
        now += 0.033
        arrivals += filtered.tick(now)
        arrivals += filtered.feed(b"j", now)
    assert [arrival.token.text for arrival in arrivals] == ["j"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"S", ["S"]),
        (b"\xc3\xa9", ["é"]),
        (b"\x1b", ["escape"]),
        (b"\x1b[A", ["up"]),
        (b"\x1bOB", ["down"]),
        (b"\x1b[1;5C", ["ctrl+right"]),
        (b"\x1b[5~", ["pageup"]),
        (b"\x1b[H", ["home"]),
        (b"\x1bOP", ["f1"]),
        (b"\x1b[15~", ["f5"]),
        (b"\x1b[[A", ["f1"]),
        (b"\x1b[7$", ["shift+home"]),
        (b"\x1b[Z", ["shift+tab"]),
        (b"\x1a", ["ctrl+z"]),
        (b"\x03", ["ctrl+c"]),
        (b"\x04", ["ctrl+d"]),
        (b"\x7f", ["backspace"]),
        (b"\r", ["enter"]),
        (b"\x1bx", ["alt+x"]),
        (b"\x1bX", ["alt+shift+x"]),
        (b"\x1b]", ["alt+right_square_bracket"]),
        (b"\x1b[83;2;83u", ["S"]),
        (b"\x1b[106u", ["j"]),
        (b"\x1b[122;5u", ["ctrl+z"]),
        (b"\x1b[27u", ["escape"]),
        (b"\x1b[13u", ["enter"]),
        (b"\x1b[57376u", ["f13"]),
        (b"\x1b[97;1:1;97u", ["a"]),
        (b"\x1b[1;1:1B", ["down"]),
        (b"\x1b\x1b", ["escape", "escape"]),
    ],
)
def test_keys_stay_keys(sent: bytes, expected: list[str]) -> None:
    assert keys(came([sent])) == expected
    assert keys(came([sent[place : place + 1] for place in range(len(sent))])) == expected


def test_each_key_of_textuals_is_complete() -> None:
    unended = tuple("pqrstvwxyR")
    sequences = [it for it in key_sequences() if len(it) > 1 and not it.endswith(unended)]
    assert len(sequences) > 200
    incomplete = []
    for sequence in sequences:
        arrivals = came([sequence.encode()])
        if keys([*arrivals, *came([b"j"])]) != [*keys(arrivals), "j"]:
            incomplete.append(ascii(sequence))
    assert incomplete == []


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        pytest.param([b"Salary"], [(Kind.BURST, "Salary")], id="paste"),
        pytest.param([b"Sy"], [(Kind.BURST, "Sy")], id="typed ahead"),
        pytest.param([b"S", b"y"], [(Kind.BURST, "Sy")], id="two reads"),
        pytest.param([b"jobs"], [(Kind.BURST, "jobs")], id="begins like moving"),
        pytest.param([b"S\r"], [(Kind.BURST, "S\r")], id="with enter"),
        pytest.param(["é".encode(), b"S"], [(Kind.BURST, "éS")], id="not ascii"),
        pytest.param([b"S\xe9"], [(Kind.BURST, "S�")], id="latin-1"),
        pytest.param(
            [b"\x1b[83;2;83u\x1b[121;1;121u"], [(Kind.BURST, "Sy")], id="keyboard of kitty"
        ),
        pytest.param(
            [b"ab\x7fc"],
            [(Kind.BURST, "ab"), (Kind.KEY, "\x7f"), (Kind.BURST, "c")],
            id="with a key that edits",
        ),
        pytest.param([b"S\x7f"], [(Kind.BURST, "S"), (Kind.KEY, "\x7f")], id="taken back"),
        pytest.param([b"jjj"], [(Kind.CHARACTER, "j")] * 3, id="held down"),
        pytest.param([b"\x1b[B" * 5], [(Kind.KEY, "\x1b[B")] * 5, id="arrow held down"),
        pytest.param(
            [b"\x04\x04", b"jk"], [(Kind.CHARACTER, each) for each in "\x04\x04jk"], id="moving"
        ),
        pytest.param([b"\x1b[200~S\x1b[Ay\x1b[201~"], [(Kind.PASTE, "S[Ay")], id="bracketed paste"),
    ],
)
def test_what_comes_together_is_text(reads: list[bytes], expected: list[tuple[Kind, str]]) -> None:
    assert kinds(came(reads)) == expected


def test_keys_with_a_pause_between_are_keys() -> None:
    arrivals = came([b"S", b"y", b"\x1b[A"], gap=0.05)
    assert [(arrival.token.text, arrival.alone) for arrival in arrivals] == [
        ("S", True),
        ("y", True),
        ("\x1b[A", True),
    ]


def test_the_last_character_of_a_paste_may_be_late() -> None:
    assert kinds(came([b"x" * 4000, b"y"], gap=0.05)) == [(Kind.BURST, "x" * 4000 + "y")]


def test_a_program_that_reads_late_takes_nothing_apart() -> None:
    filtered = InputFilter(InputLexer(key_sequences()), MOVING)
    assert filtered.feed(b"S", 0.0) == []
    assert filtered.feed(b"y", 5.0) == []  # it was there before anybody looked
    assert kinds(filtered.tick(6.0)) == [(Kind.BURST, "Sy")]


def test_a_mouse_that_moves_holds_up_no_key() -> None:
    filtered = InputFilter(InputLexer(key_sequences()), MOVING)
    filtered.feed(b"S", 0.0)
    arrivals: list[Arrival] = []
    for turn in range(1, 5):
        filtered.feed(b"\x1b[<35;%d;5M" % turn, turn / 100)
        arrivals += filtered.tick(turn / 100)
    assert (arrivals[0].token.text, arrivals[0].at) == ("S", 0.0)
    assert TOGETHER <= 0.02


@pytest.mark.parametrize("extra", [0, 10, 11])
def test_a_paste_without_end_is_over_some_time(extra: int) -> None:
    (arrival,) = came([b"\x1b[200~", b"S" * (MAX_TEXT + extra)])
    assert kinds([arrival]) == [(Kind.PASTE, "S" * MAX_TEXT)]
    (ended,) = came([b"\x1b[200~" + b"S" * (MAX_TEXT - 10 + extra) + b"\x1b[201~"])
    assert ended.token.text == "S" * min(MAX_TEXT, MAX_TEXT - 10 + extra)


def test_the_size_that_a_terminal_reports_counts_once_it_has_said_that_it_does() -> None:
    size = b"\x1b[48;24;80;0;0t"
    assert kinds(came([b"\x1b[?2048;2$y" + size])) == [
        (Kind.REPORT, "\x1b[?2048;2$y"),
        (Kind.REPORT, "\x1b[48;24;80;24;80t"),
    ]


UNFINISHED = [
    b"\x1b[200~Salar",
    b"\x1b]52;c;U2Fs",
    b"\x1bP1$r0",
    b"\x1b_Gi=31",
    b"\x1b[?2027;2",
    b"\x1b[",
    b"\x9b1",
    b"\xc3",
]


@pytest.mark.parametrize("beginning", UNFINISHED)
@given(st.floats(0.03, UNSURE - 3))
def test_the_rest_of_what_broke_off_is_never_quiet(beginning: bytes, stall: float) -> None:
    arrivals = came([beginning, b"y"], gap=stall)
    assert not any(arrival.quiet for arrival in arrivals if arrival.token.text == "y")


@pytest.mark.parametrize("beginning", UNFINISHED)
def test_long_after_something_broke_off_a_key_is_a_key(beginning: bytes) -> None:
    *_, arrival = came([beginning, b"y"], gap=UNSURE + 3)
    assert arrival.token.text == "y"
    assert arrival.alone
    assert arrival.quiet > 1


@given(REPORTS, st.booleans(), st.floats(0.0, 0.019))
def test_a_key_beside_a_report_is_not_alone(report: bytes, first: bool, gap: float) -> None:
    reads = [report, b"y"] if first else [b"y", report]
    for arrivals in (came([b"".join(reads)]), came(reads, gap=gap)):
        assert [each.alone for each in arrivals if each.token.text == "y"] == [False]


@given(st.lists(st.floats(0.03, 0.99), min_size=1, max_size=8))
def test_text_that_comes_slowly_is_not_quiet(gaps: list[float]) -> None:
    filtered = InputFilter(InputLexer(key_sequences()), MOVING)
    at, arrivals = 0.0, filtered.feed(b"S", 0.0)
    for gap in gaps:
        arrivals += filtered.tick(at + gap - 0.001)
        at += gap
        arrivals += filtered.feed(b"y", at)
    arrivals += filtered.tick(at + 1)
    assert arrivals[0].quiet > 1
    assert all(arrival.quiet < 1 for arrival in arrivals[1:])


def test_what_repeats_may_be_left_out_and_nothing_else() -> None:
    parser = parser_class()
    assert parser is not None
    reading = parser()
    before: events.Event | None = None
    left_out = []
    for arrival in came([b"j", b"k", b"\x1b[B", b"\x1b[B", b"\x1b[<35;4;5M", b"q", b"q"], gap=1):
        for message in messages_of(arrival, reading):
            left_out.append(is_repeat(message, before, MOVING))
            assert isinstance(message, events.Event)
            before = message
    assert left_out == [True, True, False, True, True, False, True]
