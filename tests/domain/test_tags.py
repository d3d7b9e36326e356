"""The tags of a job, as they are typed."""

import pytest

from zcbulk_tui.domain.tags import tags_in


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", ()),
        ("#", ()),
        ("eu #hr", ("eu", "hr")),
        ("eu #eu", ("eu",)),
        ("  new\tyear\n", ("new", "year")),
        ("c#", ("c#",)),
    ],
)
def test_each_word_is_a_tag_once(text: str, tags: tuple[str, ...]) -> None:
    assert tags_in(text) == tags
