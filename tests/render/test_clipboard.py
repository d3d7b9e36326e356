"""What is said of the clipboard: no more than can be true."""

import pytest

from zcbulk_tui.render.clipboard import clipboard, toast

TMUX = {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"}
BOTH_OFF = {"set-clipboard": "off", "allow-passthrough": "off"}


@pytest.mark.parametrize(
    ("environ", "tmux", "attributes", "begin"),
    [
        ({"TERM": "xterm-256color"}, {}, None, "Sent to"),
        ({"TERM": "xterm-256color"}, {}, [64, 52], "Copied"),
        ({"TERM": "screen", "STY": "1.pts-0"}, {}, None, "Sent to"),
        ({"TERM": "tmux-256color"}, {}, None, "Sent to"),
        ({"TERM": "linux"}, {}, None, "Not copied"),
        ({"TERM": "xterm", "TERM_PROGRAM": "Apple_Terminal"}, {}, None, "Not copied"),
        (TMUX, {**BOTH_OFF, "set-clipboard": "on"}, None, "Copied"),
        (TMUX, {**BOTH_OFF, "set-clipboard": "external"}, None, "Not copied"),
        (TMUX, BOTH_OFF, None, "Not copied"),
        (TMUX, {**BOTH_OFF, "allow-passthrough": "on"}, None, "Sent to"),
        (TMUX, {"set-clipboard": "external"}, None, "Sent to"),  # before 3.3
        (TMUX, {}, None, "Sent to"),
    ],
)
def test_the_toast(
    environ: dict[str, str], tmux: dict[str, str], attributes: list[int] | None, begin: str
) -> None:
    known = clipboard(environ, tmux, attributes)
    said = toast(known, "the job's id")
    assert said.startswith(begin)
    assert "the job's id" in said
    assert (known.works is False) == (begin == "Not copied")
    if begin == "Not copied":
        assert known.fix in said
        assert known.fix
