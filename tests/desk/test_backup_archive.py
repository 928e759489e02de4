"""The file of a backup, as it is made and as somebody else could have made it."""

import datetime as dt
import io
import json
import zipfile

import pytest

from desk.backup.archive import (
    DATABASE,
    FILES,
    MANIFEST,
    Archive,
    BackupError,
    Manifest,
    Part,
    Writer,
    beside,
    put_in_place,
)

MADE_AT = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)


def manifest(**changes):
    values = {
        "engine": "sqlite",
        "made_at": MADE_AT,
        "version": "0.1.0",
        "key_digest": "0" * 64,
        "migrations": [("accounts", "0001_initial")],
        "rows": {"accounts_user": 1},
    }
    return Manifest(**{**values, **changes})


@pytest.fixture
def made(tmp_path):
    """A backup with a database of eleven bytes and one file."""
    path = tmp_path / "copy.zip"
    with path.open("wb") as file, Writer(file) as writer:
        writer.add(DATABASE, [b"eleven", b" byte"])
        writer.add(f"{FILES}ab/résumé.pdf", [b"%PDF"], pack=False)
        writer.finish(manifest())
    return path


def rewritten(path, change):
    """The same with `change` applied to {name: content}; returns its path."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return path


def with_manifest(path, change):
    def edit(parts):
        values = json.loads(parts[MANIFEST])
        change(values)
        parts[MANIFEST] = json.dumps(values).encode()

    return rewritten(path, edit)


def refused(path):
    with pytest.raises(BackupError) as error, Archive(path) as copy:
        copy.verify()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_it_reads_what_it_wrote(made):
    with Archive(made) as copy:
        copy.verify()
        assert copy.manifest.made_at == MADE_AT
        assert copy.manifest.migrations == [("accounts", "0001_initial")]
        assert b"".join(copy.read(DATABASE)) == b"eleven byte"
        assert copy.files == ["ab/résumé.pdf"]


def test_a_part_is_unpacked_for_its_owner_alone(made, tmp_path):
    with Archive(made) as copy:
        copy.extract(DATABASE, tmp_path / "out")
        assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600
        with pytest.raises(FileExistsError):
            copy.extract(DATABASE, tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + bytes(200)])
def test_what_is_no_zip_is_refused(tmp_path, content):
    path = tmp_path / "copy.zip"
    path.write_bytes(content)
    assert "no backup of Wordkeeper, or was cut short" in refused(path)


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    assert "cannot be read" in refused(tmp_path)
    assert "No such file" in refused(tmp_path / "nowhere.zip")


def test_a_zip_of_something_else_is_refused(tmp_path):
    path = tmp_path / "copy.zip"
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("letter.txt", "Dear all")
    assert "is no backup" in refused(path)


def test_a_file_cut_short_anywhere_is_refused(made):
    whole = made.read_bytes()
    for length in range(0, len(whole), 37):
        made.write_bytes(whole[:length])
        refused(made)


def test_a_flipped_bit_is_refused_or_without_meaning(made):
    whole = made.read_bytes()
    for place in range(0, len(whole), 3):
        made.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            with Archive(made) as copy:
                copy.verify()
                # What ZIP keeps beside the content, dates for one, may be anything.
                assert b"".join(copy.read(DATABASE)) == b"eleven byte"
                assert copy.files == ["ab/résumé.pdf"]
        except BackupError:
            pass


def test_a_wrong_checksum_is_refused(made):
    def change(parts):
        parts[DATABASE] = b"eleven BYTE"

    assert "is not what was put in" in refused(rewritten(made, change))


def test_a_part_more_or_less_than_the_manifest_names_is_refused(made):
    assert "not what its manifest says" in refused(
        rewritten(made, lambda parts: parts.update({"files/more": b""}))
    )
    assert "not what its manifest says" in refused(
        rewritten(made, lambda parts: (parts.pop("files/more"), parts.pop(DATABASE)))
    )


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../secret_key",
        "files/../../secret_key",
        "files/..",
        "files/./x",
        "files//x",
        "files/",
        "files/x/",
        "files/a\\..\\b",
        "files/a\nb",
        "tables/../x.copy",
        "tables/x.copy; DROP",
        "evil.py",
        "wordkeeper.sqlite3",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(made, name):
    def add(parts):
        values = json.loads(parts[MANIFEST])
        parts[name] = b"x"
        values["parts"][name] = {
            "size": 1,
            "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        }
        parts[MANIFEST] = json.dumps(values).encode()

    assert "a name that none may have" in refused(rewritten(made, add))


def test_a_name_like_that_is_not_written_either():
    with Writer(io.BytesIO()) as writer, pytest.raises(BackupError):
        writer.add("files/../x", [b""])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_named_twice_is_refused(made):
    with zipfile.ZipFile(made, "a") as more:
        more.writestr(DATABASE, b"another one")
    assert "twice" in refused(made)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "copy.zip"
    with path.open("wb") as file, Writer(file) as writer:
        writer.add(DATABASE, (bytes(1 << 20) for _ in range(300)))
        writer.finish(manifest())
    assert path.stat().st_size < 1 << 20
    with pytest.raises(BackupError, match="unpack to more"):
        Archive(path)


def test_a_part_that_says_to_be_small_and_is_not_is_cut_off_and_refused(made):
    """The size in the ZIP's own directory is forged, and the manifest says the same."""
    whole = rewritten(made, lambda parts: parts.update({DATABASE: bytes(1 << 20)})).read_bytes()
    small = (11).to_bytes(4, "little")
    made.write_bytes(whole.replace((1 << 20).to_bytes(4, "little"), small))
    assert "damaged" in refused(made)


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.pop("parts"),
        lambda values: values.update(parts=[]),
        lambda values: values.update(parts={DATABASE: {"size": "many", "sha256": ""}}),
        lambda values: values.update(rows={"accounts_user": None}),
        lambda values: values.update(migrations=["accounts"]),
        lambda values: values.update(made_at="yesterday"),
        lambda values: values.update(columns=7),
        lambda values: values.clear(),
    ],
)
def test_a_manifest_of_another_shape_is_refused(made, change):
    assert "manifest" in refused(with_manifest(made, change))


@pytest.mark.parametrize("text", [b"", b"[", b"[]", b"null", b"7", b"[" * 100_000, b"\xff\xfe"])
def test_a_manifest_that_is_none_is_refused(made, text):
    assert "manifest" in refused(rewritten(made, lambda parts: parts.update({MANIFEST: text})))


def test_another_format_is_refused_in_words(made):
    said = refused(with_manifest(made, lambda values: values.update(format=2)))
    assert said.startswith("This backup has format 2, and this version of Wordkeeper reads")


def test_an_encrypted_part_is_refused(made):
    whole = bytearray(made.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(mark) + offset] |= 1
    made.write_bytes(whole)
    refused(made)


def test_a_draft_is_gone_whatever_happens(tmp_path):
    with pytest.raises(ZeroDivisionError), beside(tmp_path / "x", "draft") as draft:
        draft.write_text(str(1 / 0) if draft.write_text("half") else "")
    assert list(tmp_path.iterdir()) == []


def test_of_two_drafts_for_one_name_the_second_is_refused(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
    put_in_place(tmp_path / "one", tmp_path / "x", replace=False)
    with pytest.raises(FileExistsError):
        put_in_place(tmp_path / "two", tmp_path / "x", replace=False)
    assert (tmp_path / "x").read_text() == "one"


def test_a_part_says_its_size_and_checksum(made):
    with Archive(made) as copy:
        part = copy.manifest.parts["files/ab/résumé.pdf"]
    assert isinstance(part, Part)
    assert part.size == 4
