"""The job description as a file: handed in, given out, replaced, taken out."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from calls.models import Opportunity
from tests.factories import OpportunityFactory
from tests.pages import errors_of, fill_in, html

PDF = b"%PDF-1.4\nWhat is asked for.\n%%EOF\n"


@pytest.fixture
def opportunity(user: User) -> Opportunity:
    return OpportunityFactory(owner=user, title="CFO")


def hand_in(client: Client, opportunity: Opportunity, name: str, content: bytes) -> object:
    edit = reverse("calls:opportunity_edit", args=[opportunity.pk])
    typed = fill_in(client, edit, having="jd")
    response = client.post(edit, {**typed, "jd_file": SimpleUploadedFile(name, content)})
    opportunity.refresh_from_db()
    return response


def test_it_is_kept_under_a_name_that_says_nothing(
    client: Client, opportunity: Opportunity
) -> None:
    hand_in(client, opportunity, "CFO at Acme.pdf", PDF)
    assert opportunity.jd == Opportunity.JobDescription.RECEIVED
    assert opportunity.jd_file_name == "CFO at Acme.pdf"
    assert "Acme" not in opportunity.jd_file.name
    assert "CFO at Acme.pdf" in html(client.get(opportunity.get_absolute_url()))


def test_it_is_given_out_as_a_file_to_save(client: Client, opportunity: Opportunity) -> None:
    hand_in(client, opportunity, "brief.pdf", PDF)
    response = client.get(reverse("calls:opportunity_jd", args=[opportunity.pk]))
    assert b"".join(response.streaming_content) == PDF  # type: ignore[attr-defined]
    assert response.headers["Content-Disposition"] == 'attachment; filename="brief.pdf"'
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_another_takes_its_place(
    client: Client, opportunity: Opportunity, django_capture_on_commit_callbacks: object
) -> None:
    hand_in(client, opportunity, "brief.pdf", PDF)
    before = opportunity.jd_file.name
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        hand_in(client, opportunity, "brief.txt", b"Plain words.")
    assert opportunity.jd_file_name == "brief.txt"
    assert not default_storage.exists(before)
    assert default_storage.exists(opportunity.jd_file.name)


def test_it_is_taken_out(
    client: Client, opportunity: Opportunity, django_capture_on_commit_callbacks: object
) -> None:
    hand_in(client, opportunity, "brief.pdf", PDF)
    kept = opportunity.jd_file.name
    edit = reverse("calls:opportunity_edit", args=[opportunity.pk])
    typed = fill_in(client, edit, having="jd", jd_remove="on")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        client.post(edit, typed)
    opportunity.refresh_from_db()
    assert not opportunity.jd_file
    assert not default_storage.exists(kept)


def test_what_is_no_document_is_refused(client: Client, opportunity: Opportunity) -> None:
    response = hand_in(client, opportunity, "brief.pdf", b"<html><script>alert(1)</script>")
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert list(errors_of(response)) == ["jd_file"]
    assert not opportunity.jd_file


def test_an_edit_without_a_file_keeps_it(client: Client, opportunity: Opportunity) -> None:
    hand_in(client, opportunity, "brief.pdf", PDF)
    edit = reverse("calls:opportunity_edit", args=[opportunity.pk])
    client.post(edit, fill_in(client, edit, having="jd", location="Leeds"))
    opportunity.refresh_from_db()
    assert (opportunity.location, opportunity.jd_file_name) == ("Leeds", "brief.pdf")


def test_there_is_none_for_somebody_else(client: Client, user: User, other: User) -> None:
    theirs = OpportunityFactory(
        owner=other, jd_file=SimpleUploadedFile("a.pdf", PDF), jd_file_name="a.pdf"
    )
    mine = OpportunityFactory(owner=user)
    for row in (theirs, mine):
        path = reverse("calls:opportunity_jd", args=[row.pk])
        assert client.get(path).status_code == 404


def test_it_says_that_a_refused_form_has_lost_the_file(
    client: Client, opportunity: Opportunity
) -> None:
    edit = reverse("calls:opportunity_edit", args=[opportunity.pk])
    typed = fill_in(client, edit, having="jd", title="")
    response = client.post(edit, {**typed, "jd_file": SimpleUploadedFile("a.pdf", PDF)})
    assert response.status_code == 422
    assert "Choose the file again" in html(response)
