"""The frame is made once for all, and yet each page has its own."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.templatetags import frame
from followups.models import Promise
from tests.factories import PromiseFactory
from tests.pages import html


def tokens(page: str) -> list[str]:
    return re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', page)


def test_each_page_lights_up_its_own_place(client: Client) -> None:
    for name in ("contacts:firm_list", "contacts:recruiter_list", "contacts:firm_list"):
        path = reverse(name)
        lit = re.findall(r'href="([^"]+)"[^>]* aria-current="page"', html(client.get(path)))
        assert set(lit) == {path}


def test_its_form_has_the_token_of_the_request(client: Client) -> None:
    path = reverse("accounts:kit")
    first, second = (tokens(html(client.get(path))) for _time in range(2))
    assert frame.TOKEN not in first + second
    assert len(set(first)) == len(set(second)) == 1
    assert set(first).isdisjoint(second)  # masked anew


def test_one_can_sign_out_by_it(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    token = tokens(html(client.get(reverse("accounts:kit"))))[0]
    client.post(reverse("account_logout"), {"csrfmiddlewaretoken": token})
    assert "_auth_user_id" not in client.session


def test_it_is_made_anew_for_another_language() -> None:
    frame._made.cache_clear()
    for language in ("en", "en-gb", "en"):
        with translation.override(language):
            frame.frame({}, "_keys.html")
    assert frame._made.cache_info().misses == 2


def test_a_row_of_many_forms_says_in_each_where_to_go_back_to(user: User) -> None:
    promise: Promise = PromiseFactory(owner=user)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    path = reverse("followups:promise_list")
    page = html(client.get(path))
    row = page[page.index(f'id="promise-{promise.pk}"') :]
    row = row[: row.index("</li>")]
    forms = row.count("<form")
    assert forms > 3
    assert row.count(f'name="next" value="{path}"') == len(tokens(row)) == forms
    data = {"csrfmiddlewaretoken": tokens(row)[0], "next": path}
    answer = client.post(reverse("followups:keep", args=[promise.pk]), data)
    assert answer.status_code == 302
    assert answer.url == path  # type: ignore[attr-defined]
