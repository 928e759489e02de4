"""What must be filled in says so, on every page alike; what may be left empty does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.forms.boundfield import BoundField
from django.test import Client

from accounts.models import User
from tests.addresses import in_use, path_of
from tests.factories import FirmFactory
from tests.pages import html

WITH_FORMS = sorted(
    name for name, one in in_use().items() if "GET" in one.methods and not (one.file or one.token)
)
MARK = "field__need"


def fields_of(response: Any) -> Iterator[BoundField]:
    """Every field of every form that the page was made with."""
    seen = []
    for part in response.context or []:
        for value in part.flatten().values() if hasattr(part, "flatten") else part.values():
            if isinstance(value, forms.BaseFormSet):
                seen += value.forms
            elif isinstance(value, forms.BaseForm):
                seen.append(value)
    for form in {id(form): form for form in seen}.values():
        yield from form.visible_fields()


def label_of(page: str, field: BoundField) -> str | None:
    """The label or legend of a field, or None where it is none of the page's usual ones."""
    block = re.search(
        rf'id="{field.auto_id}_field".*?<(legend|label)\b(.*?)</\1>', page, re.DOTALL
    )
    return block[2] if block else None


def is_needed(field: BoundField) -> bool:
    """Required, and one can leave it empty: of a choice that has an answer nothing is needed."""
    if not field.field.required:
        return False
    kind = field.field.widget
    if isinstance(kind, forms.Select | forms.RadioSelect):
        empty = any(not value for value, _label in kind.choices)
        answered = bool(field.initial) if isinstance(kind, forms.RadioSelect) else not empty
        return not answered
    return True


@pytest.mark.parametrize("name", WITH_FORMS)
def test_what_is_needed_says_so(name: str, client: Client, anonymous: Client, user: User) -> None:
    address = in_use()[name]
    row = address.row(user) if address.of else None
    for browser in (client, anonymous) if address.public else (client,):
        response = browser.get(path_of(name, row))
        page = html(response)
        wrong = {}
        for field in fields_of(response):
            label = label_of(page, field)
            if label is not None and (MARK in label) != is_needed(field):
                wrong[field.name] = "needed" if is_needed(field) else "not needed"
        assert not wrong, f"{name}: {wrong}"


def test_the_mark_is_seen_at_all(client: Client) -> None:
    """Else the test above would prove nothing."""
    page = html(client.get("/people/new/"))
    assert page.count(MARK) == 1
    assert re.search(rf'<label[^>]*for="id_name">Name <span class="{MARK}">needed</span>', page)


def test_a_choice_without_an_answer_is_needed(client: Client, user: User) -> None:
    page = html(client.get(f"/firms/{FirmFactory(owner=user).pk}/check/"))
    assert page.count(MARK) == 2
