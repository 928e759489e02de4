"""What a first visit costs, as `manage.py up` serves it: DESIGN section 8 says what it may."""

from __future__ import annotations

import gzip
import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Opener
from tests.browser.test_main_job import make_the_first_account
from tests.engines.installations import Installation

KB = 1024
MOST, MOST_SCRIPTS, MOST_REQUESTS = 45 * KB, 25 * KB, 6


@dataclass(frozen=True)
class Fetched:
    path: str
    kind: str
    encoding: str
    head: int
    body: int
    squeezed: int  # what gzip would make of the body

    @property
    def size(self) -> int:
        return self.head + self.body


def fetch(url: str, kind: str, encodings: str, cookie: str) -> Fetched:
    """As it comes over the wire to a browser that takes `encodings`."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    path = parts.path + ("?" + parts.query if parts.query else "")
    connection.request("GET", path, headers={"Accept-Encoding": encodings, "Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, f"{answer.status} {url}"
    head = sum(len(f"{name}: {value}\r\n") for name, value in answer.getheaders())
    connection.close()
    encoding = answer.headers.get("Content-Encoding", "-")
    return Fetched(parts.path, kind, encoding, head, len(body), len(gzip.compress(body)))


# Chromium takes Brotli from this machine and over https, gzip over plain http from elsewhere.
ENCODINGS = ("gzip", "gzip, br")


@pytest.mark.parametrize("page_name", ["welcome", "today", "call sheet"])
def test_a_first_visit_is_small(
    installation: Installation,
    open_window: Opener,
    record_property: pytest.RecordProperty,
    capsys: pytest.CaptureFixture[str],
    page_name: str,
) -> None:
    installation.up()
    page = open_window(base_url=installation.url)
    path = {"welcome": "/welcome/", "today": "/", "call sheet": "/calls/new/"}[page_name]
    cookie = ""
    if page_name != "welcome":
        make_the_first_account(page)
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
        # Nothing of the account's making is left in the cache.
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    requests = []
    page.context.on("requestfinished", lambda request: requests.append(request))
    page.goto(path, wait_until="networkidle")
    for encodings in ENCODINGS:
        fetched = [fetch(one.url, one.resource_type, encodings, cookie) for one in requests]
        name = f"{page_name}, {encodings}"
        record_property(f"bytes by {encodings}", sum(one.size for one in fetched))
        with capsys.disabled():
            print(f"\n  {name}: {table_of(fetched)}")
        check(fetched)


def table_of(fetched: list[Fetched]) -> str:
    total, scripts = sum(one.size for one in fetched), scripts_of(fetched)
    lines = [
        f"    {one.size:7} {one.encoding:5} {one.kind:11} {one.path}"
        + (f" (gzip would leave {one.head + one.squeezed})" if one.encoding == "-" else "")
        for one in sorted(fetched, key=lambda one: -one.size)
    ]
    return "\n".join([f"{len(fetched)} requests, {total} bytes, scripts {scripts}", *lines])


def scripts_of(fetched: list[Fetched]) -> int:
    return sum(one.body for one in fetched if one.kind == "script")


def check(fetched: list[Fetched]) -> None:
    assert len(fetched) <= MOST_REQUESTS
    assert scripts_of(fetched) <= MOST_SCRIPTS
    assert sum(one.size for one in fetched) <= MOST
    assert {one.encoding for one in fetched if one.path.endswith((".js", ".css"))} != {"-"}
    assert [
        one for one in fetched if one.kind in {"script", "stylesheet"} and one.encoding == "-"
    ] == []
