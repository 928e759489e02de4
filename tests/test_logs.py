"""The log holds no token, no query string and no error's own words (DESIGN section 7, Logs)."""

from __future__ import annotations

import io
import logging
import runpy
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from crm.logs import DiscreetFormatter, masked
from followups.links import Link, Purpose
from tests.factories import PromiseFactory


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Whatever reaches the terminal, as it is written there."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        DiscreetFormatter(settings.LOGGING["formatters"]["line"]["format"], style="{")
    )
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("Not Found: /act/k.1.abc.DEF-_/", "Not Found: /act/…/"),
        ("Gone: /calendar/abcDEF.ics", "Gone: /calendar/…"),
        ('"GET /act/s.1.abc/?until=hour HTTP/1.1" 200', '"GET /act/…/?… HTTP/1.1" 200'),
        ('"GET /search/?q=Grace+Okonkwo HTTP/1.1" 200', '"GET /search/?… HTTP/1.1" 200'),
        ("from https://calls.example.org/act/k.1/ to", "from https://calls.example.org/act/…/ to"),
        ("/act/a/ and /act/b/", "/act/…/ and /act/…/"),
        ("b'GET /ACT/k.1/ HTTX'", "b'GET /ACT/…/ HTTX'"),
        ("/act//k.1/", "/act//…/"),
        ("/%61ct/k.1/", "/act/…/"),
        ("/act%2Fk.1", "/act/…"),
        ("/a%0AERROR%20forged/act/k.1/", "/a�ERROR forged/act/…/"),
        ("/search/?q=O'Brien&x=1 200", "/search/?… 200"),
        ("/" * 9000 + "?q=x", "/" * 9000 + "?…"),
        ("mail 7: accepted", "mail 7: accepted"),
        ("Is it well? It is.", "Is it well? It is."),
        ("/contacts/7/ /act/", "/contacts/7/ /act/"),
    ],
)
def test_what_opens_something_is_masked(line: str, written: str) -> None:
    assert masked(line) == written


def test_no_token_is_logged(
    user: User, log: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    """Used, refused, changed, expired, of the wrong method, and when the page breaks."""
    promise = PromiseFactory(owner=user)
    now = timezone.now()
    caplog.set_level(logging.DEBUG)
    token = Link.about(Purpose.KEEP, promise, now).token
    client = Client(raise_request_exception=False)
    client.put(f"/act/{token}/")
    promise.save()
    statuses = [client.post(f"/act/{token}/").status_code]
    statuses += [client.get(f"/act/{token[:-1]}B/?until=hour").status_code]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("followups.views.act.Link.find_promise", lambda self: 1 / 0)
        statuses += [client.get(f"/act/{token}/").status_code]
    assert statuses == [409, 404, 500]
    said = log.getvalue()
    assert said.count("/act/…/") >= 4  # else nothing was proven
    assert token[:30] not in said
    assert "until" not in said


def test_the_terminal_writes_by_that_format() -> None:
    assert settings.LOGGING["formatters"]["line"]["()"] == "crm.logs.DiscreetFormatter"
    assert settings.LOGGING["root"]["handlers"] == ["terminal"]
    assert settings.LOGGING["loggers"]["django.server"]["handlers"] == ["terminal"]


def test_gunicorn_keeps_no_log_of_addresses_and_masks_what_went_wrong() -> None:
    conf = runpy.run_path(str(settings.BASE_DIR / "crm/gunicorn.conf.py"))
    assert conf["accesslog"] is None
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    error_log = logging.Logger("gunicorn.error")
    error_log.addHandler(handler)
    conf["post_worker_init"](SimpleNamespace(ppid=1, log=SimpleNamespace(error_log=error_log)))
    error_log.warning("Invalid request from ip=%s: %s", "10.0.0.1", "GET /act/k.1.abc/?q=x HTTX")
    assert "/act/…/?… HTTX" in written.getvalue()
    assert "abc" not in written.getvalue()
