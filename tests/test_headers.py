"""What every answer tells the browser (DESIGN section 7, Browser), on every address."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.conf import settings as configuration
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.addresses import ADDRESSES, in_use, path_of
from tests.factories import FirmFactory, PromiseFactory, RecruiterFactory
from tests.pages import HTMX, html, stopped_by_policy

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
SANDBOX = {"default-src": "'none'", "sandbox": ""}


def policy_of(response: Any) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split(";")
    words = (part.strip().partition(" ") for part in parts if part.strip())
    return {name: sources for name, _space, sources in words}


def check(response: Any, *, referrer: str = "same-origin") -> None:
    # What somebody handed in is never a page of ours: it runs and fetches nothing at all.
    given_out = response.headers.get("Content-Disposition", "").startswith("attachment")
    handed_in = given_out and not response.headers["Content-Type"].startswith("text/calendar")
    assert policy_of(response) == (SANDBOX if handed_in else POLICY)
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == referrer
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in response.headers["Cache-Control"]
    assert "HX-Request" in re.split(r",\s*", response.headers["Vary"])
    assert "Server" not in response.headers


@pytest.mark.parametrize("name", sorted(in_use()))
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["whole", "htmx"])
def test_it_says_so_on_every_address(
    name: str, headers: dict[str, str], client: Client, user: User
) -> None:
    address = ADDRESSES[name]
    path = path_of(name, address.row(user) if address.of else None)
    response = client.generic("GET" if "GET" in address.methods else "POST", path, headers=headers)
    assert response.status_code < 500 or name == "followups:readyz"
    check(response, referrer="no-referrer" if address.bearer else "same-origin")
    if response.headers["Content-Type"].startswith("text/html"):
        assert stopped_by_policy(response) == []


@pytest.mark.parametrize(
    "path", ["/sign-in/", "/sign-up/", "/nothing/here/", "/firms/", "/healthz"]
)
def test_it_says_so_to_the_anonymous(path: str, anonymous: Client) -> None:
    response = anonymous.get(path)
    check(response)
    assert stopped_by_policy(response) == []


def test_it_says_so_on_the_first_visit(db: None) -> None:
    for path in ("/", "/welcome/"):
        response = Client().get(path)
        check(response)
        assert stopped_by_policy(response) == []


def test_it_says_so_when_something_is_refused(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for response in (
        client.get("/nothing/here/"),
        client.put("/"),
        client.post(reverse("contacts:firm_new"), {}),
        strict.post("/sign-in/", {"login": "ann@example.org"}),
    ):
        assert 400 <= response.status_code < 500
        check(response)
        assert stopped_by_policy(response) == []


def test_it_says_so_when_it_breaks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.today.gather", lambda *args: 1 / 0)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert policy_of(response) == POLICY
    assert "no-store" in response.headers["Cache-Control"]
    assert stopped_by_policy(response) == []
    assert "ZeroDivisionError" not in html(response)


def test_it_refuses_a_form_from_another_site(client: Client, user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    for name, address in in_use().items():
        if "POST" not in address.methods or address.bearer:
            continue
        path = path_of(name, address.row(user) if address.of else None)
        assert strict.post(path, {"name": "x"}).status_code == 403, name


def test_it_finds_what_a_strict_policy_would_stop() -> None:
    """Else the tests above would prove nothing."""
    from django.http import HttpResponse

    for bad in (
        "<style>a{}</style>",
        '<p style="color:red">',
        '<a onclick="x()">',
        '<a href="javascript:x()">',
        "<script>x()</script>",
        '<script src="https://cdn.example/x.js"></script>',
        '<img src="data:image/png;base64,x">',
        '<button hx-on:click="x()">',
    ):
        assert stopped_by_policy(HttpResponse(bad)), bad
    assert not stopped_by_policy(HttpResponse('<script src="/static/app.js" defer></script>'))


def test_it_configures_htmx_strictly(client: Client) -> None:
    found = re.search(r"""name="htmx-config"\s+content='([^']+)'""", html(client.get("/")))
    assert found
    config = json.loads(found.group(1))
    for name in ("allowEval", "allowScriptTags", "includeIndicatorStyles"):
        assert config[name] is False
    assert config["historyRestoreAsHxRequest"] is False
    assert config["historyCacheSize"] == 0
    assert config["selfRequestsOnly"] is True
    by_code = {rule["code"]: rule for rule in config["responseHandling"]}
    assert by_code["422"]["swap"] is True
    assert by_code["204"]["swap"] is False


def test_it_names_nobody_where_others_can_see_it(client: Client, user: User) -> None:
    """The tab's title and the address stand in histories and on shared screens."""
    firm = FirmFactory(owner=user, name="Northgate Partners")
    recruiter = RecruiterFactory(owner=user, name="Grace Okonkwo", firm=firm)
    promise = PromiseFactory(owner=user, recruiter=recruiter, what="Names for Acme")
    for row in (firm, recruiter, promise):
        page = html(client.get(row.get_absolute_url()))
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
        assert title
        assert title.group(1).strip() == "Wordkeeper"
        assert re.fullmatch(r"/[a-z]+/\d+/", row.get_absolute_url())


def test_it_keeps_cookies_from_scripts(client: Client, user: User) -> None:
    browser = Client()
    browser.get("/sign-in/")
    assert browser.cookies["csrftoken"]["httponly"]
    assert browser.cookies["csrftoken"]["samesite"] == "Lax"
    browser.post("/sign-in/", {"login": user.email, "password": "correct horse battery"})
    session = browser.cookies[configuration.SESSION_COOKIE_NAME]
    assert session["httponly"]
    assert session["samesite"] == "Lax"


def test_it_clears_what_the_browser_holds_at_sign_out(client: Client) -> None:
    assert '"cache"' in client.post("/sign-out/").headers["Clear-Site-Data"]


def test_it_shows_the_pages_of_errors_without_a_database(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert "<h1" in get_template("500.html").render()
