"""A mail as octets (RFC 5322, 2045, 2047): plain text, and HTML beside it.

Written out here because it is written thousands of times: the same through `email.message` takes
ten times as long, most of a mail's whole time in the engine.
"""

import binascii
import datetime as dt
from collections.abc import Mapping
from email.header import Header
from email.utils import format_datetime

# RFC 5322, 2.1.1: a line should have no more octets than the one, and must not than the other.
FOLDED, LINE = 76, 900

# In quoted-printable, "=" is followed by an octet in hexadecimal or the end of a line, so no line
# of a body can be taken for this one (RFC 2045, 6.7).
BOUNDARY = "=_next_part"


def write(headers: Mapping[str, str], text: str, html: str | None, now: dt.datetime) -> bytes:
    """The whole mail, all of it ASCII, with lines of at most 998 octets that end in CRLF.

    Header values are put on one line first: nothing in them can begin another header.
    """
    lines = [_header(name, value) for name, value in headers.items()]
    lines += [f"Date: {format_datetime(now)}", "MIME-Version: 1.0"]
    if html is None:
        lines += _part("plain", text)
    else:
        lines += [f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"', ""]
        for kind, body in (("plain", text), ("html", html)):
            lines += [f"--{BOUNDARY}", *_part(kind, body)]
        lines += [f"--{BOUNDARY}--", ""]
    return "\r\n".join(lines).encode("ascii")


def _header(name: str, value: str) -> str:
    value = " ".join(value.split())
    # What looks like an encoded word would be read as one (RFC 2047): it is encoded, too.
    plain = value.isascii() and value.isprintable() and "=?" not in value
    short = max(map(len, value.split()), default=0) <= FOLDED
    if plain and not short and len(value) < LINE:
        return f"{name}: {value}"  # a long identifier, which nothing may cut
    charset = "us-ascii" if plain and short else "utf-8"
    header = Header(value, charset, maxlinelen=FOLDED, header_name=name)
    return f"{name}: {header.encode(splitchars=' ', linesep='\r\n')}"


def _part(kind: str, body: str) -> list[str]:
    encoded = binascii.b2a_qp("\n".join(body.splitlines()).encode(), istext=True).decode()
    return [
        f'Content-Type: text/{kind}; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        *encoded.split("\n"),
        "",
    ]
