"""Versions of my résumé: handed in, named, taken out again, thrown away."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from accounts.models import Resume, User
from tests import documents
from tests.addresses import check_refusals
from tests.factories import DisclosureFactory, ResumeFactory, SubmissionFactory
from tests.pages import errors_of, fill_in, html

KIT, NEW = "/kit/", "/resumes/new/"


def hand_in(client: Client, upload: Any = None, /, **values: Any) -> Any:
    form = fill_in(client, NEW, having="label", **{"label": "CFO", **values})
    return client.post(NEW, {**form, "file": upload or documents.upload()})


def path(resume: Resume, verb: str) -> str:
    return reverse(f"accounts:resume_{verb}", args=[resume.pk])


def content_of(resume: Resume) -> bytes:
    with resume.file.open() as file:
        read: bytes = file.read()
        return read


def test_it_is_kept_under_a_name_that_says_nothing(client: Client, user: User) -> None:
    response = hand_in(client, documents.upload("Jörg Ω.pdf"), made_on="2026-03-01")
    assert response.status_code == 302
    resume = Resume.objects.of(user).get()
    assert (resume.label, resume.made_on) == ("CFO", dt.date(2026, 3, 1))
    assert resume.file_name == "Jörg Ω.pdf"
    assert "rg" not in resume.file.name
    assert content_of(resume) == documents.PDF


def test_it_is_of_today_unless_i_say_otherwise(client: Client, user: User) -> None:
    hand_in(client)
    assert Resume.objects.of(user).get().made_on == dt.datetime.now(user.zone).date()


@pytest.mark.parametrize(
    ("upload", "values", "field"),
    [
        (documents.upload("cv.pdf", b"<html>"), {}, "file"),
        (documents.upload("cv.html", b"words"), {}, "file"),
        ("", {}, "file"),
        (None, {"label": ""}, "label"),
        (None, {"label": "x" * 101}, "label"),
        (None, {"made_on": "never"}, "made_on"),
    ],
)
def test_what_is_refused_keeps_nothing(
    client: Client, user: User, upload: Any, values: dict[str, str], field: str
) -> None:
    form = fill_in(client, NEW, having="label", **{"label": "CFO", **values})
    response = client.post(NEW, {**form, "file": documents.upload() if upload is None else upload})
    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    assert not Resume.objects.of(user).exists()


def test_it_is_called_otherwise_but_its_file_stays(client: Client, user: User) -> None:
    resume = ResumeFactory(owner=user)
    kept = resume.file.name
    form = fill_in(client, path(resume, "edit"), having="label", label="COO")
    client.post(path(resume, "edit"), {**form, "file": documents.upload("new.pdf")})
    resume.refresh_from_db()
    assert (resume.label, resume.file.name, resume.file_name) == ("COO", kept, "cv.pdf")


def test_it_comes_out_as_it_went_in(client: Client, user: User) -> None:
    content = documents.docx()
    hand_in(client, documents.upload("Lebenslauf.docx", content))
    response = client.get(path(Resume.objects.of(user).get(), "download"))
    assert b"".join(response) == content
    assert response["Content-Disposition"] == 'attachment; filename="Lebenslauf.docx"'
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"


def test_one_without_its_file_is_404(client: Client, user: User) -> None:
    resume = ResumeFactory(owner=user)
    default_storage.delete(resume.file.name)
    assert client.get(path(resume, "download")).status_code == 404
    assert client.get(path(ResumeFactory(owner=user, file=""), "download")).status_code == 404


def test_the_kit_lists_each_with_how_many_hold_it(client: Client, user: User) -> None:
    empty = html(client.get(KIT))
    assert "Add your résumé" in empty
    one = ResumeFactory(owner=user, label="Two pages")
    ResumeFactory(owner=user, label="One page")
    told = DisclosureFactory(owner=user, resume=one)
    DisclosureFactory(owner=user, resume=one, recruiter=told.recruiter)
    SubmissionFactory(owner=user, resume=one, recruiter=told.recruiter, permission="given")
    SubmissionFactory(owner=user, resume=one, permission="given")
    SubmissionFactory(owner=user, resume=one, permission="asked")
    page = client.get(KIT)
    assert [(resume.label, n) for resume, n in page.context["resumes"]] == [
        ("One page", 0),
        ("Two pages", 2),
    ]
    assert "nobody holds it" in html(page)
    assert "2 hold it" in html(page)


def test_thrown_away_it_comes_back_by_one_press(client: Client, user: User) -> None:
    resume = ResumeFactory(owner=user)
    page = client.post(path(resume, "trash"), follow=True)
    assert path(resume, "restore") in html(page)
    assert not Resume.objects.of(user).exists()
    assert client.get(path(resume, "download")).status_code == 404
    assert default_storage.exists(resume.file.name)
    for _press in range(2):
        assert client.post(path(resume, "restore")).status_code == 302
    assert content_of(Resume.objects.of(user).get())


def test_nobody_elses_is_offered_to_come_back(client: Client, other: User) -> None:
    resume = ResumeFactory(owner=other)
    resume.trash()
    assert "restore" not in html(client.get(f"{KIT}?trashed={resume.pk}"))


@pytest.mark.parametrize("said", ["", "x", "0", "-1", "9" * 30])
def test_an_address_that_names_none_offers_nothing(client: Client, user: User, said: str) -> None:
    assert "restore" not in html(client.get(f"{KIT}?trashed={said}"))


@pytest.mark.parametrize("whole", [True, False], ids=["one row", "in bulk"])
def test_its_file_goes_with_its_row(
    user: User, whole: bool, django_capture_on_commit_callbacks: Any
) -> None:
    resume, other = ResumeFactory(owner=user), ResumeFactory(owner=user)
    name = resume.file.name
    with django_capture_on_commit_callbacks(execute=True):
        if whole:
            resume.delete()
        else:
            Resume.objects.of(user).filter(pk=resume.pk).delete()
    assert not default_storage.exists(name)
    assert default_storage.exists(other.file.name)


def test_its_file_goes_with_its_owner(user: User, django_capture_on_commit_callbacks: Any) -> None:
    resume = ResumeFactory(owner=user)
    with django_capture_on_commit_callbacks(execute=True):
        user.delete()
    assert not default_storage.exists(resume.file.name)


@pytest.mark.parametrize("verb", ["new", "edit", "download", "trash", "restore"])
def test_it_refuses_what_every_page_refuses(
    verb: str, client: Client, anonymous: Client, other: User
) -> None:
    check_refusals(f"accounts:resume_{verb}", client=client, anonymous=anonymous, other=other)
