"""A long text is cut after a whole word."""

from __future__ import annotations

import pytest

from accounts.templatetags.shortened import shortened


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("I built teams", "I built teams"),
        ("I built the finance team", "I built the…"),
        ("I built, then sold", "I built, then…"),
        ("I built them, sold it", "I built them…"),
        ("I built it. Then sold", "I built it. …"),
        ("I built. I sold it", "I built. …"),
        ("x" * 30, "x" * 13 + "…"),
        ("By " + "x" * 30, "By " + "x" * 10 + "…"),
        ("", ""),
    ],
)
def test_it_ends_after_a_whole_word(text: str, short: str) -> None:
    assert shortened(text, 14) == short
