"""Files that a user hands in: what kind they really are, and how they are given out again.

What a file is called proves nothing, so its kind is told by what it holds. Only kinds that a
résumé or a job description comes in are taken, and nothing that a browser or an office program
would run. Given out, a file is always an attachment, in a sandbox, under a type of our choosing:
even one that slipped through is never a page of this site (DESIGN section 7).
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files import File
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction
from django.db.models import FileField, Model
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete
from django.http import FileResponse, Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LARGEST = 10 * 1024 * 1024
# All files of one post; imports are allowed more than a document is.
LARGEST_POST = 40 * 1024 * 1024
# As models keep what a file was called.
LONGEST_NAME = 200

# Of a packed document (DOCX, ODT): how many parts, how large their directory, how large unpacked.
MOST_PARTS = 3_000
LARGEST_DIRECTORY = 1024 * 1024
LARGEST_UNPACKED = 80 * 1024 * 1024
# Of the part that lists the others with their types.
LARGEST_SMALL_PART = 1024 * 1024
# The end of a ZIP: its last record and the comment after it.
ZIP_TAIL = 22 + 65_535


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken. The first of its endings is the one it is given out with."""

    name: str
    content_type: str
    endings: tuple[str, ...]


PDF = Kind("PDF", "application/pdf", (".pdf",))
DOCX = Kind(
    "Word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    (".docx",),
)
ODT = Kind("OpenDocument", "application/vnd.oasis.opendocument.text", (".odt",))
# Word itself saves RTF under .doc at times.
RTF = Kind("RTF", "application/rtf", (".rtf", ".doc"))
TEXT = Kind("plain text", "text/plain", (".txt", ".text", ".md"))

TAKEN = _("a PDF, Word (.docx), OpenDocument (.odt), RTF or plain text file")

# What opens with these is known to be something else, and better told by its name.
KNOWN_OTHERS: tuple[tuple[bytes, Any], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        _("This is an old Word or Office file. Save it as .docx or PDF, and choose that."),
    ),
    (b"MZ", _("This is a program, not a document.")),
    (b"\x7fELF", _("This is a program, not a document.")),
    (b"#!", _("This is a script, not a document.")),
    (b"\x89PNG", _("This is a picture. Choose the document itself.")),
    (b"\xff\xd8\xff", _("This is a picture. Choose the document itself.")),
    (b"GIF8", _("This is a picture. Choose the document itself.")),
)

# What a browser would take for a page, a drawing or a script, wherever in the text it stands.
MARKUP = re.compile(
    r"<(?:!doctype|\?(?:xml|php)|/?(?:html|head|body|script|svg|iframe|object|embed|meta|link|style)"
    r"(?=[\s/>]|$))",
    re.IGNORECASE,
)
# What says of itself to be of a kind: ".html", but not the "…. Ing" or "….2026" of a name.
ENDING = re.compile(r"\.([a-z][a-z0-9]{1,3}|xhtml|shtml)")
# No text has them; a tab, the ends of lines and pages are.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")

MACRO_PARTS = re.compile(
    r"(^|/)(vbaProject[^/]*\.bin|vbaData\.xml|activeX/.*|Basic/.*|Scripts/.*)$", re.IGNORECASE
)


class Refused(ValidationError):
    """The file is none that we take; its message says why, in words for the form."""


def kind_of(file: File[Any]) -> Kind:
    """What `file` really is. Raises `Refused`, with the reason, when it is nothing we take."""
    file.seek(0)
    content = file.read()
    file.seek(0)
    for start, reason in KNOWN_OTHERS:
        if content.startswith(start):
            raise Refused(reason)
    if content.startswith(b"%PDF-"):
        # The last line of every whole PDF (ISO 32000-1, 7.5.5).
        if b"%%EOF" not in content:
            raise Refused(_("This PDF is cut short. Save it again, and choose that."))
        return PDF
    if content.startswith(b"{\\rtf"):
        if b"\\objdata" in content:
            raise Refused(_("There is something packed into this file. Save it as PDF."))
        return RTF
    if content.startswith(b"PK"):
        return _kind_of_packed(file, content)
    _check_text(content)
    return TEXT


def _kind_of_packed(file: File[Any], content: bytes) -> Kind:
    """DOCX or ODT. Every part is unpacked once, to a limit, so that it is known to be whole."""
    _check_directory(content[-ZIP_TAIL:])
    try:
        with zipfile.ZipFile(file) as packed:
            _check_size(packed.infolist())
            names = set(packed.namelist())
            for name in names:
                if MACRO_PARTS.search(name):
                    raise Refused(
                        _("This document holds macros. Save it without them, or as PDF.")
                    )
            for part in packed.infolist():
                with packed.open(part) as opened:
                    while opened.read(256 * 1024):
                        pass
            if "word/document.xml" in names and "[Content_Types].xml" in names:
                if b"macroEnabled" in _small_part(packed, "[Content_Types].xml"):
                    raise Refused(
                        _("This document holds macros. Save it without them, or as PDF.")
                    )
                return DOCX
            is_open_document = "mimetype" in names and "content.xml" in names
            if (
                is_open_document
                and _small_part(packed, "mimetype").strip() == ODT.content_type.encode()
            ):
                return ODT
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        ValueError,
        EOFError,
        OSError,
        struct.error,
        zlib.error,
    ) as error:
        raise Refused(
            _("This file is damaged or locked with a password. Save it again, or as PDF.")
        ) from error
    finally:
        file.seek(0)
    raise Refused(
        _("This is no document, or of another kind. Choose %(taken)s.") % {"taken": TAKEN}
    )


def _check_directory(tail: bytes) -> None:
    """Refuse a directory that is too large, before Python's reader makes an object of each entry.

    Ten megabytes of it would be some hundred thousand. ZIP64 (APPNOTE 4.3.14) is for what is
    larger than anything we take.
    """
    too_much = Refused(_("This file unpacks to far more than a document is. Save it as PDF."))
    if b"PK\x06\x06" in tail or b"PK\x06\x07" in tail:
        raise too_much
    at = tail.find(b"PK\x05\x06")
    while at >= 0:
        size = tail[at + 12 : at + 16]
        if len(size) == 4 and int.from_bytes(size, "little") > LARGEST_DIRECTORY:
            raise too_much
        at = tail.find(b"PK\x05\x06", at + 1)


def _check_size(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse a bomb. A part is never read beyond the size that it says, so those are enough."""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Refused(_("This file unpacks to far more than a document is. Save it as PDF."))
    # What documents are packed with (ISO/IEC 29500-2, annex B; OpenDocument 1.3, part 2, 3.2).
    # LZMA would take as much memory as the file says.
    if any(part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts):
        raise NotImplementedError


def _small_part(packed: zipfile.ZipFile, name: str) -> bytes:
    """A small part, whole; refused where it is none, which would be held in memory at once."""
    with packed.open(name) as opened:
        content = opened.read(LARGEST_SMALL_PART + 1)
    if len(content) > LARGEST_SMALL_PART:
        raise Refused(_("This file unpacks to far more than a document is. Save it as PDF."))
    return content


def _check_text(content: bytes) -> None:
    text = _read_text(content)
    if text is None or CONTROLS.search(text):
        raise Refused(
            _("This is no kind of file that is kept here. Choose %(taken)s.") % {"taken": TAKEN}
        )
    if MARKUP.search(text):
        raise Refused(_("This is a web page, a drawing or a script. Save it as PDF."))


def _read_text(content: bytes) -> str | None:
    """UTF-16 where it says so, else UTF-8, else Windows' Western letters; None if it is neither."""
    has_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if has_mark else ["utf-8-sig", "cp1252"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def safe_name(name: str, kind: Kind) -> str:
    """`name` as a file may be called on any system, with an ending that is true.

    No folder, no control or direction-turning character (with which “fdp.exe” reads “exe.pdf”).
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    plain = re.sub(r'[<>:"|?*]', "_", plain).strip(" .")
    path = PurePath(plain or "file")
    stem, ending = path.stem, path.suffix
    if ending.lower() not in kind.endings:
        stem, ending = path.name, kind.endings[0]
    return stem[: LONGEST_NAME - len(ending)] + ending


class UploadLimit(FileUploadHandler):
    """Refuses a post of files that is far too large before any of it is read, with 413.

    Each form says in words what is too large for it; this is for what would fill the disk first,
    and for whoever has not even signed in.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 (Django's name)
        content_length: int,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if content_length > LARGEST_POST:
            raise RequestDataTooBig("A post of files is larger than any form takes.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Nothing: the handlers after this one keep it."""


class UploadField(forms.FileField):
    """A document of a kind that we take, of ten megabytes at most.

    Cleans to the uploaded file: its `name` is safe to keep and to give out again (put it in the
    model's `…_name`); the stored name is random, by the model's `upload_to`.
    """

    # The clearable one would link to an address that there is none of.
    widget = forms.FileInput(
        attrs={"accept": ",".join(kind.endings[0] for kind in (PDF, DOCX, ODT, RTF, TEXT))}
    )
    default_error_messages = {
        "empty": _("This file is empty."),
        "missing": _("Choose a file."),
        "required": _("Choose a file."),
    }

    def to_python(self, data: File[Any] | None) -> Any:
        file = super().to_python(data)
        if file is None:
            return None
        if (file.size or 0) > LARGEST:
            raise ValidationError(_("This file is larger than 10 MB."), "too_large")
        kind = kind_of(file)
        ending = PurePath(file.name or "").suffix.lower()
        if ENDING.fullmatch(ending) and ending not in kind.endings:
            raise ValidationError(
                _(
                    "It is called %(ending)s, but what it holds is %(kind)s. Name it as what it is."
                ),
                "mislabelled",
                {"ending": ending, "kind": kind.name},
            )
        file.name = safe_name(file.name or "", kind)
        return file


def as_attachment(file: FieldFile, name: str) -> FileResponse:
    """The answer that saves `file` under `name` on the user's disk, and shows it nowhere.

    404 when there is no file. The caller has made sure that whoever asks owns the row.
    """
    try:
        # Ten megabytes at most: read at once, so that no slow visitor holds a file open.
        with file.open("rb") as opened:
            content = opened.read()
    except (FileNotFoundError, ValueError) as error:
        raise Http404(gettext("There is no such file.")) from error
    kind = _kept_kind(content[:100])
    response = FileResponse(
        io.BytesIO(content), as_attachment=True, filename=safe_name(name, kind)
    )
    response.headers["Content-Type"] = kind.content_type
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


def _kept_kind(start: bytes) -> Kind:
    """Of a file that was taken before, by its first hundred bytes."""
    if start.startswith(b"%PDF-"):
        return PDF
    if start.startswith(b"{\\rtf"):
        return RTF
    if start.startswith(b"PK"):
        # An ODT's first part is its type, as it is (OpenDocument 1.3, part 2, 3.3).
        return ODT if ODT.content_type.encode() in start else DOCX
    return TEXT


def go_with_row(model: type[Model]) -> None:
    """From now on the files of a row of `model` go when the row is really deleted.

    In the trash it keeps them: it may come back. They go once the deletion is committed, so that
    one that is rolled back leaves a row with its file.
    """
    post_delete.connect(_delete_files, sender=model, dispatch_uid=f"files of {model.__name__}")


def _delete_files(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    for field in sender._meta.concrete_fields:
        if isinstance(field, FileField):
            file = getattr(instance, field.name)
            if file:
                transaction.on_commit(partial(file.storage.delete, file.name))
