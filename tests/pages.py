"""A page as a browser sees it: what its forms would send, and what it must not hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

HTMX = {"HX-Request": "true"}


def html(response: Any) -> str:
    """What came, also where it is a file."""
    whole = b"".join(response) if response.streaming else response.content
    return whole.decode()


def without_token(response: Any) -> str:
    """The page without its CSRF token, which is masked anew in every answer."""
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "token", html(response))


def is_fragment(response: Any) -> bool:
    """Whether a part of a page came back, with no frame around it."""
    text = html(response).lower()
    return "<html" not in text and "<body" not in text


def errors_of(response: Any, *, form: str = "form") -> dict[str, list[str]]:
    """The messages beside each field of a form in the context; "__all__" holds the others."""
    return {name: list(errors) for name, errors in response.context[form].errors.items()}


class FormReader(HTMLParser):
    """Every form of a page, as (action, fields): the fields with what a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, Any]]] = []
        self._fields: dict[str, Any] | None = None
        self._textarea: str | None = None
        self._select: tuple[str, bool] | None = None
        self._template = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "template":
            self._template += 1
        if self._template:
            return
        if tag == "form":
            self._fields = {}
            self.forms.append((values.get("action") or "", self._fields))
        if self._fields is None:
            return
        name = values.get("name") or ""
        if tag == "input" and name:
            self._input(name, values)
        elif tag == "textarea" and name:
            self._textarea = name
            self._fields[name] = ""
        elif tag == "select" and name:
            self._select = (name, False)
        elif tag == "option" and self._select:
            name, chosen = self._select
            if "selected" in values or (not chosen and name not in self._fields):
                self._fields[name] = values.get("value") or ""
                self._select = (name, chosen or "selected" in values)

    def _input(self, name: str, values: dict[str, str | None]) -> None:
        assert self._fields is not None
        kind = values.get("type") or "text"
        if kind in {"submit", "button", "image", "reset", "file"}:
            return
        if kind in {"checkbox", "radio"}:
            if "checked" in values:
                value = values.get("value", "on") or ""
                if kind == "checkbox" and name in self._fields:
                    known = self._fields[name]
                    self._fields[name] = [*(known if isinstance(known, list) else [known]), value]
                else:
                    self._fields[name] = value
            return
        self._fields[name] = values.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self._fields is not None and not self._template:
            self._fields[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._template -= 1
        elif tag == "textarea":
            if self._textarea and self._fields is not None:
                # The first newline after <textarea> is not part of the text (HTML, 13.1.2.5).
                self._fields[self._textarea] = self._fields[self._textarea].removeprefix("\n")
            self._textarea = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._fields = None


def form_of(response: Any, *, having: str) -> dict[str, Any]:
    """What a browser would send of the page's one form that has the field `having`."""
    reader = FormReader()
    reader.feed(html(response))
    found = [fields for _action, fields in reader.forms if having in fields]
    assert len(found) == 1, f"{len(found)} forms of the page have a field “{having}”"
    return found[0]


def send(client: Client, url: str, /, *, having: str, **values: Any) -> Any:
    """Open the form at `url`, type `values` into it, and send it."""
    return client.post(url, fill_in(client, url, having=having, **values))


def fill_in(client: Client, url: str, /, *, having: str, **values: Any) -> dict[str, Any]:
    """The form at `url` as it comes, with `values` typed into it.

    The id of a picker (contacts/pickers.py) goes alone, as a program would post it; to type as
    people do, give its `…_name`.
    """
    form = form_of(client.get(url), having=having)
    for name in values:
        form.pop(f"{name}_name", None)
    return {**form, **values}


class InlineReader(HTMLParser):
    """What a strict content security policy would stop, or what would leave this host."""

    # Elements whose `src` or `href` the browser fetches on its own.
    FETCHING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "style":
            self.found.append("<style>")
        if tag == "script":
            self._in_script = True
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on", "data-hx-on")):
                self.found.append(f"{tag} {name}=")
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}=javascript:")
        url = values.get(self.FETCHING.get(tag, "")) or ""
        if url.startswith(("http:", "https:", "//", "data:")):
            self.found.append(f"{tag} from {url}")

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.found.append("inline <script>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = False


def stopped_by_policy(response: HttpResponse) -> list[str]:
    reader = InlineReader()
    reader.feed(html(response))
    return reader.found
