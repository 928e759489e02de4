"""Two who change what one document is made of, at the same time."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from accounts.models import User
from calls.models import Call
from search import index
from search.models import SearchDocument
from tests import factories
from tests.engines.servers import until


@pytest.mark.django_db(transaction=True)
def test_no_document_is_made_of_an_older_read(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    firm = factories.FirmFactory(owner=user, name="Northgate")
    recruiter = factories.RecruiterFactory(owner=user, firm=firm)
    call = factories.CallFactory(owner=user, recruiter=recruiter, firm=firm, notes="before")
    numbers: list[int] = []

    def note() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            numbers.extend(cursor.fetchone())
        one = Call.objects.of(user).get(pk=call.pk)
        one.notes = "afterwards"
        one.save()
        connection.close()

    other = threading.Thread(target=note)

    def is_past_or_waits() -> bool:
        if not other.is_alive():
            return True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = ANY(%s)", [numbers]
            )
            return bool(cursor.fetchone()[0])

    write = index._write

    def slowly(documents: list[SearchDocument]) -> None:
        if threading.current_thread() is not other:
            monkeypatch.setattr(index, "_write", write)
            other.start()
            until(is_past_or_waits, "the other has read or waits")
        write(documents)

    monkeypatch.setattr(index, "_write", slowly)
    firm.name = "Blackwood"
    firm.save()
    other.join()
    document = SearchDocument.objects.of(user).get(kind="call")
    assert "afterwards" in document.body
    assert "Blackwood" in f"{document.title} {document.hint} {document.body}"
