"""Real documents of every kind that is taken, and some that are not, as bytes."""

from __future__ import annotations

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

# One empty page, with a cross-reference table that readers accept.
PDF = (
    b"%PDF-1.4\n"
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
    b"0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
RTF = rb"{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}\f0 A life in procurement.\par}"
TEXT = "Müller & Søn: a life in procurement — since 1998.\r\n"

DOCX_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
)
DOCX_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
DOCM_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
DOCX_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
DOCX_BODY = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>A life in procurement</w:t></w:r></w:p></w:body></w:document>"
)
ODT_TYPE = "application/vnd.oasis.opendocument.text"
ODT_BODY = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.3" '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
    "<text:p>A life in procurement</text:p></office:text></office:body>"
    "</office:document-content>"
)


def packed(parts: dict[str, str | bytes]) -> bytes:
    """A ZIP of these parts; the first is stored as it is, as an ODT's type must be."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as file:
        for number, (name, content) in enumerate(parts.items()):
            file.writestr(name, content, zipfile.ZIP_DEFLATED if number else zipfile.ZIP_STORED)
    return kept.getvalue()


def docx(main: str = DOCX_MAIN, more: dict[str, str | bytes] | None = None) -> bytes:
    """A Word document with `more` parts."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": DOCX_TYPES.replace("{main}", main),
        "_rels/.rels": DOCX_RELATIONS,
        "word/document.xml": DOCX_BODY,
    }
    return packed(parts | (more or {}))


def odt(parts: dict[str, str | bytes] | None = None) -> bytes:
    return packed({"mimetype": ODT_TYPE, "content.xml": ODT_BODY} | (parts or {}))


def upload(name: str = "cv.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """As a browser hands it in. The type it says is never believed."""
    return SimpleUploadedFile(name, content, "application/octet-stream")
