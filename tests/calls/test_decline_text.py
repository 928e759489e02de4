"""A no that keeps the door open, and lets out nothing that would harm."""

from __future__ import annotations

import pytest

from calls.decline_text import decline_text


def test_it_thanks_says_no_and_keeps_the_door_open() -> None:
    text = decline_text("Interim CFO", to="Grace Okonkwo")
    assert text.startswith("Hello Grace,\n\nThank you for thinking of me")
    assert "Interim CFO" in text
    assert "I would rather not take it further." in text
    assert text.endswith("would be glad to hear from you again.")


def test_it_says_why_and_what_instead_as_sentences() -> None:
    text = decline_text("CFO", reason="I have just begun here", wanted_instead="a board seat")
    assert "further. I have just begun here." in text
    assert "What I would gladly hear of: a board seat." in text


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["Tom Ahmed"], "Somebody who may be worth a call: Tom Ahmed."),
        (["Tom", "Sara"], "People who may be worth a call: Tom and Sara."),
        (["Tom", "Sara", "Wei"], "People who may be worth a call: Tom, Sara and Wei."),
    ],
)
def test_it_names_those_who_may_be_named(names: list[str], words: str) -> None:
    assert words in decline_text("CFO", named_instead=names)


@pytest.mark.parametrize(
    "secret",
    [
        "It pays £180k",
        "I make 180.000 now",
        "The base of 120 000 EUR is too low",
        "the package is too small",
        "A bonus of 20%",
        "less than my 95k",
        "$200 an hour",
        "My equity vests in May",
        "The salary does not fit",
    ],
)
def test_it_never_speaks_of_pay(secret: str) -> None:
    text = decline_text("CFO", reason=f"The journey is too long. {secret}.")
    assert secret not in text
    assert "The journey is too long." in text


@pytest.mark.parametrize(
    "fine",
    [
        "I want to stay in private equity",
        "An equity house is not for me",
        "I have been here since 2024",
        "A team of 40 is too small",
    ],
)
def test_it_leaves_alone_what_is_no_pay(fine: str) -> None:
    assert f"{fine}." in decline_text("CFO", reason=fine)


@pytest.mark.parametrize(
    "typed", ["Sara Lind", "Ask Sara.", "sara's team", "SÁRA LIND", "Ms Lind"]
)
def test_it_names_nobody_who_asked_not_to_be(typed: str) -> None:
    text = decline_text(
        "CFO", reason=f"{typed} told me. I stay.", named_instead=[typed], unnamed=["Sara Lind"]
    )
    assert "ara" not in text
    assert "Lind" not in text
    assert "I stay." in text


@pytest.mark.parametrize(
    "typed", ["Anne-Marie's team", "ANNE‑MARIE told me", "Ask O’Brien", "Ask O`Brien’s boss"]
)
def test_it_names_nobody_by_a_part_with_a_sign_in_it(typed: str) -> None:
    text = decline_text("CFO", reason=f"{typed}. I stay.", unnamed=["Anne-Marie O'Brien"])
    assert typed not in text
    assert "I stay." in text


@pytest.mark.parametrize(
    ("to", "hello"), [("J. Doe", "Hello J. Doe,"), ("Dr. No", "Hello Dr. No,")]
)
def test_a_title_is_no_first_name(to: str, hello: str) -> None:
    assert decline_text("CFO", to=to).startswith(hello)
