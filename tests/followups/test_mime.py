"""A mail as octets: whatever is written into it is read out of it, and nothing else."""

import datetime as dt
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups import mime, transport
from tests.followups.conftest import utc

NOW = utc("2026-03-05 17:00")
# All that PostgreSQL stores.
anything = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def read(content: bytes):
    return message_from_bytes(content, policy=policy.default)


def written(text: str = "Hello\n", html: str | None = None, **headers: str):
    return mime.write(headers, text, html, NOW)


def test_it_is_read_as_it_was_written():
    message = read(written("Plain\n", "<p>Rich</p>", Subject="A test", To="ann@example.org"))
    assert message["Subject"] == "A test"
    assert message["To"].addresses[0].addr_spec == "ann@example.org"
    assert message["Date"].datetime == NOW
    assert message.get_content_type() == "multipart/alternative"
    # The last is the one that a reader prefers (RFC 2046, 5.1.4).
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert [part.get_content().strip() for part in message.iter_parts()] == [
        "Plain",
        "<p>Rich</p>",
    ]
    assert message.defects == []


def test_text_alone_is_one_part():
    message = read(written("Zoë\n", Subject="A test"))
    assert message.get_content_type() == "text/plain"
    assert message.get_content().strip() == "Zoë"


@pytest.mark.parametrize(
    "value",
    [
        "short",
        "Größe 🙂",
        "word " * 60 + "end",
        "x" * 400,
        "x" * 2000,
        "x" * 80 + " and more",
        "a,b;c " * 40 + "end",
        "日本語の長い件名" * 20,
        "=?utf-8?q?Not_what_it_seems?=",
        "tab\there",
        "Dr. Zoë Müller-Lüdenscheidt, " * 8 + "end",
    ],
)
def test_a_header_comes_back_whole(value):
    content = written(Subject=value)
    assert read(content)["Subject"] == " ".join(value.split())
    head = content.split(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 998


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\n\n"])
def test_no_value_can_begin_a_header_or_the_body(end):
    message = read(written(Subject=f"Hello{end}Bcc: evil@example.org{end}{end}<b>body</b>"))
    assert message["Bcc"] is None
    assert message.keys() == [
        "Subject",
        "Date",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ]
    assert message.get_content().strip() == "Hello"


def test_no_body_can_end_its_part():
    sneaky = f"--{mime.BOUNDARY}--\n--{mime.BOUNDARY}\nContent-Type: text/evil\n\nevil\n"
    message = read(written(sneaky, sneaky))
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert [part.get_content().split() for part in message.iter_parts()] == [sneaky.split()] * 2


@given(subject=anything, text=anything, html=st.none() | anything)
def test_anything_comes_back(subject, text, html):
    content = mime.write({"Subject": subject}, text, html, NOW)
    assert content.isascii()
    assert not {10, 13} & set(content.replace(b"\r\n", b""))
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    # By SMTP and back: dots doubled, and undoubled by the server.
    carried = transport.dotted(content)
    arrived = b"\r\n".join(
        line[1:] if line.startswith(b".") else line for line in carried.split(b"\r\n")
    )
    assert arrived.rstrip(b"\r\n") == content.rstrip(b"\r\n")
    message = read(arrived)
    parts = list(message.iter_parts()) if html is not None else [message]
    for part, body in zip(parts, [text, html], strict=False):
        assert part.get_content().splitlines()[: len(body.splitlines())] == body.splitlines()


@given(st.datetimes(dt.datetime(2026, 1, 1), timezones=st.just(dt.UTC)))
def test_any_date_is_a_date(now):
    assert read(mime.write({}, "", None, now))["Date"].datetime == now.replace(microsecond=0)
