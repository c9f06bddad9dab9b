"""A zip that anybody may have made: read without being believed."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import warnings
import zipfile

import pytest

from bot.courses.archive import zip_files
from bot.courses.files import LARGEST_FILE, MOST_FILES
from bot.courses.reading import read_zip
from bot.errors import UserError
from tests.courses.packing import COURSE, packed, with_entry


def refused(data: bytes) -> str:
    """The sentence with which this zip is refused."""
    with pytest.raises(UserError) as caught:
        read_zip(data)
    return str(caught.value)


def test_an_honest_zip_is_read() -> None:
    assert [lesson.title for lesson in read_zip(packed(COURSE)).lessons] == ["The bowline", "The reef knot"]


def test_a_single_folder_at_the_top_is_dropped() -> None:
    inside = packed({f"knots-main/{name}": content for name, content in COURSE.items()})

    assert read_zip(inside) == read_zip(packed(COURSE))


def test_macos_leftovers_and_other_files_are_passed_over() -> None:
    more: dict[str, str | bytes] = {
        "__MACOSX/._01-bowline.md": b"\xff\xfe",
        ".git/01-config.md": "x",
        "photo.png": b"\x89PNG",
        ".DS_Store": b"\0",
    }

    assert read_zip(packed({**COURSE, **more})) == read_zip(packed(COURSE))


@pytest.mark.parametrize(
    "name",
    [
        "../evil.md",
        "lessons/../../evil.md",
        "/etc/passwd",
        "C:/evil.md",
        "a\\..\\evil.md",
        "a//b.md",
        "./a.md",
        "line\nbreak.md",
        "/".join("d" * 20) + "/deep.md",
        "x" * 300 + ".md",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert "leads elsewhere" in refused(packed({**COURSE, name: "x"}))


def test_a_nul_in_a_name_is_refused() -> None:
    harmless = packed({**COURSE, "evilXtxt.md": "x"})

    assert "leads elsewhere" in refused(harmless.replace(b"evilXtxt.md", b"evil\0txt.md"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_or_device_is_refused(kind: int) -> None:
    entry = zipfile.ZipInfo("03-link.md")
    entry.create_system = 3
    entry.external_attr = (kind | 0o777) << 16

    assert "`03-link.md`: this is a link" in refused(with_entry(entry, b"/etc/passwd"))


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(packed(COURSE))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            (flags,) = struct.unpack_from("<H", data, at + offset)
            struct.pack_into("<H", data, at + offset, flags | 1)

    assert "encrypted" in refused(bytes(data))


def test_a_bomb_is_refused_before_it_swells() -> None:
    bomb = packed({**COURSE, "03-bomb.md": b"\0" * (200 * 1024 * 1024)})
    tracemalloc.start()

    told = refused(bomb)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told == "`03-bomb.md`: the file is larger than 5 MB. Make it smaller."
    assert most < 20 * 1024 * 1024


def test_a_small_bomb_is_known_by_its_ratio() -> None:
    assert "`03-bomb.md`: this swells to more than 100 times" in refused(
        packed({**COURSE, "03-bomb.md": b"\0" * 4_000_000})
    )


def test_a_bomb_in_a_file_that_nobody_wants_is_refused_too() -> None:
    assert "swells" in refused(packed({**COURSE, "cover.png": b"\0" * 3_000_000}))


def test_what_the_zip_says_of_its_sizes_is_not_believed() -> None:
    """The index says 10 bytes; 3 MB come out."""
    honest = packed({"03-liar.md": b"\0" * 3_000_000})
    lying = honest.replace(struct.pack("<L", 3_000_000), struct.pack("<L", 10))

    assert refused(lying) == "The zip is damaged. Make it anew and send it again."


def test_a_file_too_large_is_refused_by_its_name() -> None:
    text = bytes(range(32, 127)) * (LARGEST_FILE // 95 + 10)

    told = refused(packed({**COURSE, "03-long.md": text}, zipfile.ZIP_STORED))

    assert told == "`03-long.md`: the file is larger than 5 MB. Make it smaller."


def test_a_course_too_large_is_refused() -> None:
    piece = bytes(range(32, 127)) * 44_000
    many = packed({**COURSE, **{f"{n}.png": piece for n in range(10, 24)}}, zipfile.ZIP_STORED)

    assert "larger than 50 MB" in refused(many)


def test_too_many_files_are_refused() -> None:
    many = {f"{n:04}-lesson.md": "x" for n in range(MOST_FILES + 1)}

    assert "more than 400 files" in refused(packed({"course.toml": 'title = "x"', **many}))


def test_an_endless_list_of_names_is_refused_before_it_is_read() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for n in range(6000):
            archive.writestr(f"{'n' * 60}{n}.md", "")

    assert "more than 400 files" in refused(raw.getvalue())


def test_a_file_twice_is_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns who makes such a thing
        twice = with_entry(zipfile.ZipInfo("02-reef.md"))

    assert "`02-reef.md`: the zip holds this file twice" in refused(twice)


def test_an_unusual_compression_is_refused() -> None:
    assert "unusual way" in refused(packed(COURSE, zipfile.ZIP_LZMA))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"PK",
        b"PK\x03\x04" + b"\0" * 200,
        b"\x1f\x8b\x08" + b"\0" * 50,
        b"PK\x05\x06" + b"\xff" * 18,
    ],
    ids=["nothing", "text", "two bytes", "no index", "gzip", "nonsense"],
)
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    assert refused(data).startswith(("This is not a zip.", "The course has more than", "The zip is damaged."))


def test_every_single_flipped_byte_gives_a_course_or_a_sentence() -> None:
    """Nothing but UserError comes out, whatever is wrong."""
    honest = packed(COURSE)
    for at in range(len(honest)):
        for bit in (0x01, 0x80):
            broken = honest[:at] + bytes([honest[at] ^ bit]) + honest[at + 1 :]
            try:
                zip_files(broken)
            except UserError as error:
                assert len(str(error)) > 20


def test_every_truncated_zip_gives_a_sentence() -> None:
    honest = packed(COURSE)
    for length in range(len(honest)):
        assert len(refused(honest[:length])) > 20


def test_an_archive_in_which_entries_overlap_is_refused() -> None:
    """Two names for the same bytes, as in the bombs that need no nesting."""
    data = bytearray(packed({"01-a.md": b"a" * 2000, "02-b.md": b"b" * 2000}))
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 1)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]

    assert "damaged" in refused(bytes(data))
