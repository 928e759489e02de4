"""What may be handed in, told by what it holds, and how it is given out again."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from django.http import Http404

from accounts import files
from accounts.files import LARGEST, UploadField, as_attachment
from accounts.models import Resume
from tests import documents


def take(name, content):
    return UploadField().clean(documents.upload(name, content))


def refusal(name, content):
    with pytest.raises(ValidationError) as raised:
        take(name, content)
    return " ".join(raised.value.messages)


WELL = {
    "cv.pdf": documents.PDF,
    "cv.docx": documents.docx(),
    "cv.odt": documents.odt(),
    "cv.rtf": documents.RTF,
    "word-says.doc": documents.RTF,
    "utf8.txt": documents.TEXT.encode(),
    "utf8-with-mark.txt": documents.TEXT.encode("utf-8-sig"),
    "utf16.txt": documents.TEXT.encode("utf-16"),
    "utf16-be.txt": b"\xfe\xff" + documents.TEXT.encode("utf-16-be"),
    "windows.txt": documents.TEXT.encode("cp1252"),
    "notes.md": b"# Head of Procurement\n\nWeb pages with <b>bold</b> and 3 < 4.\n",
}


@pytest.mark.parametrize(("name", "content"), WELL.items(), ids=WELL)
def test_it_takes_each_kind_whole(name, content):
    taken = take(name, content)
    assert (taken.name, taken.read()) == (name, content)


@pytest.mark.parametrize(
    "name", ["cv", "CV Dr. Ing", "CV.2026", "../../etc/cv", "cv\u202efdp.pdf"]
)
def test_it_names_the_file_as_what_it_is(name):
    taken = take(name, documents.PDF).name
    assert taken.endswith(".pdf")
    assert not {"/", "\\", "\u202e"} & set(taken)


REFUSED = {
    "an empty file": ("cv.txt", b"", "empty"),
    "one too large": ("cv.txt", b"a" * (LARGEST + 1), "10 MB"),
    "a page": ("cv.txt", b"<!DOCTYPE html><title>x</title>", "web page"),
    "a page under another name": ("cv.pdf", b"<html><body>x", "web page"),
    "a page in UTF-16": ("cv.txt", "<script>alert(1)</script>".encode("utf-16"), "web page"),
    "a drawing": ("cv.txt", b"\n <svg onload=alert(1)>", "web page"),
    "a script in a text": ("cv.txt", b"My life\n<SCRIPT src=x></SCRIPT>", "web page"),
    "a page's name": ("cv.html", b"My life", "called .html"),
    "a shell script": ("cv.txt", b"#!/bin/sh\nrm", "script"),
    "a program": ("cv.pdf", b"MZ\x90\x00", "program"),
    "a picture": ("cv.pdf", b"\x89PNG\r\n\x1a\n", "picture"),
    "an old Word file": ("cv.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".docx"),
    "noise": ("cv.txt", bytes(range(256)), "Choose a PDF"),
    "half a PDF": ("cv.pdf", documents.PDF[:100], "cut short"),
    "a PDF called Word": ("cv.docx", documents.PDF, "called .docx"),
    "Word called PDF": ("cv.pdf", documents.docx(), "called .pdf"),
    "a text called PDF": ("cv.pdf", b"My life", "called .pdf"),
    "another kind of ZIP": ("cv.docx", documents.packed({"a.txt": "x"}), "no document"),
    "half a ZIP": ("cv.docx", documents.docx()[:-40], "damaged"),
    "macros": ("cv.docx", documents.docx(more={"word/vbaProject.bin": b"x"}), "macros"),
    "macros by type": ("cv.docx", documents.docx(documents.DOCM_MAIN), "macros"),
    "ActiveX": ("cv.docx", documents.docx(more={"word/activeX/a.xml": b"x"}), "macros"),
    "ODT's macros": ("cv.odt", documents.odt({"Basic/script-lc.xml": "x"}), "macros"),
    "RTF with a packed object": ("cv.rtf", rb"{\rtf1{\object{\*\objdata 0105}}}", "packed"),
}


@pytest.mark.parametrize(("name", "content", "words"), REFUSED.values(), ids=REFUSED)
def test_it_refuses_in_words(name, content, words):
    assert words in refusal(name, content)


def test_it_refuses_what_unpacks_to_far_more():
    bomb = documents.docx(more={f"word/{n}.xml": b"\0" * 10_000_000 for n in range(9)})
    assert len(bomb) < LARGEST
    assert "unpacks" in refusal("cv.docx", bomb)


def test_it_refuses_too_many_parts():
    many = documents.docx(more={f"word/{n}": b"" for n in range(3_001)})
    assert "unpacks" in refusal("cv.docx", many)


def test_it_refuses_a_large_directory_before_reading_it(monkeypatch):
    def read(*args, **kwargs):
        raise AssertionError("it was read")

    content = bytearray(documents.docx())
    end = content.rfind(b"PK\x05\x06")
    content[end + 12 : end + 16] = struct.pack("<I", 9_000_000)
    monkeypatch.setattr(zipfile, "ZipFile", read)
    assert "unpacks" in refusal("cv.docx", bytes(content))


def test_it_refuses_a_part_that_is_larger_than_it_says():
    content = documents.docx(more={"word/large.xml": b"\0" * 5_000_000})
    forged = content.replace(struct.pack("<I", 5_000_000), struct.pack("<I", 10))
    assert forged != content
    assert "damaged" in refusal("cv.docx", forged)


def test_it_refuses_parts_that_lie_over_one_another():
    kept = io.BytesIO(
        documents.docx(more={"word/a.xml": b"\0" * 1000, "word/b.xml": b"\0" * 1000})
    )
    with zipfile.ZipFile(kept) as file:
        first = file.getinfo("word/a.xml").header_offset
        second = file.getinfo("word/b.xml").header_offset
    content = kept.getvalue()
    over = content[: content.rfind(struct.pack("<I", second))] + content[
        content.rfind(struct.pack("<I", second)) :
    ].replace(struct.pack("<I", second), struct.pack("<I", first), 1)
    assert "damaged" in refusal("cv.docx", over)


@pytest.mark.parametrize("who", ["client", "anonymous"])
def test_it_reads_nothing_of_a_post_that_is_far_too_large(who, request, user, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_POST", 5_000)
    visitor = request.getfixturevalue(who)
    page = "/resumes/new/" if who == "client" else "/sign-in/"
    small = visitor.post(page, {"file": documents.upload("cv.txt", b"a" * 1_000)})
    assert small.status_code in {200, 422}
    large = visitor.post(page, {"file": documents.upload("cv.txt", b"a" * 6_000)})
    assert large.status_code in {400, 413}


@pytest.fixture
def kept():
    def keep(content: bytes) -> FieldFile:
        name = default_storage.save("resumes/one", ContentFile(content))
        return FieldFile(Resume(), Resume._meta.get_field("file"), name)

    return keep


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cv.pdf", "application/pdf"),
        ("cv.odt", "application/vnd.oasis.opendocument.text"),
        ("cv.rtf", "application/rtf"),
        ("utf16.txt", "text/plain"),
        (
            "cv.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_it_gives_out_an_attachment_in_a_sandbox(kept, name, kind):
    response = as_attachment(kept(WELL[name]), name)
    assert b"".join(response) == WELL[name]
    assert response["Content-Type"] == kind
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    ["Lebenslauf Jörg.pdf", 'a"b.pdf', "a\r\nSet-Cookie: b=c.pdf", "x.html", "", "…" * 300],
)
def test_it_gives_out_a_safe_name(kept, name):
    response = as_attachment(kept(documents.PDF), name)
    written = response["Content-Disposition"]
    assert written.isascii()
    assert "\n" not in written
    message = Message()
    message["Content-Disposition"] = written
    called = message.get_filename()
    assert called is not None
    assert called.endswith(".pdf")


def test_it_finds_no_file_that_is_gone(kept):
    file = kept(documents.PDF)
    default_storage.delete(file.name)
    with pytest.raises(Http404):
        as_attachment(file, "cv.pdf")


def test_it_keeps_files_for_nobody_else_on_the_machine(kept):
    path = default_storage.path(kept(documents.PDF).name)
    assert Path(path).stat().st_mode & 0o777 == 0o600
    assert Path(path).parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_it_unpacks_nothing_but_what_documents_are_packed_with(method):
    """LZMA says itself how much memory to take for it: four gigabytes if it likes."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as packed:
        for name, content in (
            ("[Content_Types].xml", documents.DOCX_TYPES.replace("{main}", documents.DOCX_MAIN)),
            ("word/document.xml", documents.DOCX_BODY),
        ):
            packed.writestr(name, content)
    assert "damaged" in refusal("cv.docx", kept.getvalue())


def test_it_holds_no_large_part_in_memory():
    large = documents.DOCX_TYPES.replace("{main}", documents.DOCX_MAIN) + " " * 30_000_000
    parts = {"_rels/.rels": documents.DOCX_RELATIONS, "[Content_Types].xml": large}
    content = documents.packed(parts | {"word/document.xml": documents.DOCX_BODY})
    tracemalloc.start()
    try:
        assert "unpacks" in refusal("cv.docx", content)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
