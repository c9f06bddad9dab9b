"""Folders of Markdown in both layouts, and what an author is told of a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.courses.course import LESSON_LIMIT
from bot.courses.reading import read, read_folder
from bot.courses.unsupported_markup import count_unsupported
from bot.errors import UserError
from tests.courses.packing import COURSE
from tests.courses.test_pages import SHARED, needs_shared


def files(**named: str | bytes) -> dict[str, bytes]:
    """Files by path; `__` stands for a slash, and names without an ending are Markdown."""
    return {name: text.encode() if isinstance(text, str) else text for name, text in named.items()}


def course(**changes: str | bytes) -> dict[str, bytes]:
    return files(**{**COURSE, **changes})


def refused(given: dict[str, bytes]) -> str:
    with pytest.raises(UserError) as caught:
        read(given, "book")
    return str(caught.value)


def test_numbers_order_lessons_and_folders_are_modules() -> None:
    given = files(
        **{
            "course.toml": 'title = "Sailing"\ntier = "Pro"\ntags = ["sea"]\n[modules]\n"2-out" = "Out at sea"\n',
            "2-out/10-storm.md": "# Storm\n\nReef.",
            "2-out/2-wind.md": "# Wind\n\nLook up.",
            "01-boat.md": "A boat.",
            "1-shore/01-knots.md": "---\ntitle: All knots\ntags: [rope]\nslug: knots\n---\n\nTie.",
            "README.md": "not a lesson",
        }
    )

    read_ = read(given, "x")

    assert [(m.title, [(one.slug, one.title) for one in m.lessons]) for m in read_.modules] == [
        ("", [("boat", "Boat")]),
        ("Shore", [("knots", "All knots")]),
        ("Out at sea", [("out/wind", "Wind"), ("out/storm", "Storm")]),
    ]
    assert (read_.slug, read_.tiers, read_.tags) == ("sailing", ("Pro",), ("sea",))
    assert read_.lessons[1].body == "Tie." and read_.lessons[1].tags == ("rope",)


def test_course_md_is_a_head_with_the_description_below() -> None:
    given = files(
        **{"course.md": "---\ntitle: Wind\ntiers: [Pro, Studio]\n---\nAll about it.\n", "1-a.md": "A."}
    )

    assert read(given, "x").tiers == ("Pro", "Studio")
    assert read(given, "x").description == "All about it."


def test_line_ends_and_byte_order_marks_do_not_matter() -> None:
    plain = read(course(), "x")

    windows = {name: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") for name, data in course().items()}

    assert read(windows, "x") == plain
    assert read(windows, "x").digest() == plain.digest()


def test_a_chinese_course_keeps_its_names() -> None:
    given = files(**{"course.toml": 'title = "协程实战"', "01-事件循环.md": "# 事件循环\n\n内容。"})

    assert read(given, "x").slug == "协程实战"
    assert [(one.slug, one.title) for one in read(given, "x").lessons] == [("事件循环", "事件循环")]


MISTAKES = {
    "nothing at all": (files(), "This is no course"),
    "no head": (files(**{"01-a.md": "A"}), "This is no course"),
    "no lessons": (files(**{"course.toml": 'title = "x"'}), "The course has no lessons"),
    "no title": (course(**{"course.toml": "tags = []"}), "`course.toml`: the course has no title"),
    "broken toml": (
        course(**{"course.toml": 'title = "x"\nslug = \n'}),
        "`course.toml`:2: this is not valid TOML",
    ),
    "unknown key": (
        course(**{"course.toml": 'title = "x"\ntyer = "Pro"\n'}),
        "`course.toml`: “tyer” is not known here",
    ),
    "modules not a table": (
        course(**{"course.toml": 'title = "x"\nmodules = 3'}),
        "“modules” must be a table",
    ),
    "module not there": (
        course(**{"course.toml": 'title = "x"\n[modules]\n"9-gone" = "Gone"\n'}),
        "there is no folder `9-gone`",
    ),
    "title too long": (
        course(**{"course.toml": f'title = "{"x" * 101}"'}),
        "“title” is longer than 100 characters",
    ),
    "front matter not closed": (
        course(**{"01-bowline.md": "---\ntitle: x\n\nText"}),
        "`01-bowline.md`:1: the front matter is not",
    ),
    "front matter broken": (
        course(**{"01-bowline.md": "---\nlevel: 1\ntitle: The: bowline: [\n---\nText"}),
        "`01-bowline.md`:3: the front matter is broken",
    ),
    "front matter a list": (
        course(**{"01-bowline.md": "---\n- a\n---\nText"}),
        "the front matter is broken (no keys)",
    ),
    "front matter a bomb": (
        course(**{"01-bowline.md": "---\n" + "[" * 3000 + "\n---\nText"}),
        "`01-bowline.md`:",
    ),
    "title a list": (course(**{"01-bowline.md": "---\ntitle: [a]\n---\nText"}), "“title” must be text"),
    "not utf-8": (
        course(**{"02-reef.md": b"# Reef\n\nna\xefve\n"}),
        "`02-reef.md`:3: this is not UTF-8 text",
    ),
    "nul": (course(**{"02-reef.md": "# Reef\n\n\0"}), "`02-reef.md`:3: there is a NUL character"),
    "empty": (course(**{"02-reef.md": " \n\n"}), "`02-reef.md`: the lesson is empty"),
    "only a head": (course(**{"02-reef.md": "---\ntitle: x\n---\n"}), "`02-reef.md`: the lesson is empty"),
    "too long": (
        course(**{"02-reef.md": "x " * LESSON_LIMIT}),
        "`02-reef.md`: the lesson is longer than 60000",
    ),
    "no number": (course(**{"more.md": "More"}), "`more.md`: the name does not tell this lesson's place"),
    "too deep": (course(**{"1-a/2-b/3-c.md": "C"}), "`1-a/2-b/3-c.md`: folders go one level deep"),
    "twins": (course(**{"03-bowline.md": "Again"}), "`03-bowline.md`: the same name as `01-bowline.md`"),
    "a price in a lesson": (
        course(**{"02-reef.md": "---\ntier: Pro\n---\nText"}),
        "“tier” stands in a lesson",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_file_and_line(mistake: str) -> None:
    given, sentence = MISTAKES[mistake]

    assert sentence in refused(given)


BOOK = {
    "book.toml": '[book]\ntitle = "The Knot Book"\n',
    "src/SUMMARY.md": (
        "# Summary\n\n[Welcome](index.md)\n[Thanks](./thanks.md)\n\n"
        "- [Loops](loops.md)\n    - [`bowline` & co](loops/bow%20line.md)\n        - [Deep](loops/deep.md#top)\n"
        "- [Draft]()\n- [Elsewhere](https://example.org/x.md)\n\n---\n\n[End](end.md)\n"
    ),
    **{
        f"src/{name}.md": f"# {name}\n\nText.\n"
        for name in ("index", "thanks", "loops", "loops/bow line", "loops/deep", "end")
    },
}


def test_a_book_is_read_as_its_summary_says() -> None:
    book = read(files(**BOOK), "x")

    assert book.title == "The Knot Book"
    assert [(m.title, [(one.slug, one.title, one.depth) for one in m.lessons]) for m in book.modules] == [
        ("Welcome", [("index", "Welcome", 0)]),
        ("Thanks", [("thanks", "Thanks", 0)]),
        (
            "Loops",
            [("loops", "Loops", 0), ("loops/bow line", "bowline & co", 1), ("loops/deep", "Deep", 2)],
        ),
        ("End", [("end", "End", 0)]),
    ]


def test_the_parts_of_a_book_are_its_modules() -> None:
    summary = "# Summary\n\n- [Welcome](index.md)\n\n# Making\n\n- [Loops](loops.md)\n- [Thanks](thanks.md)\n\n# Ending\n- [End](end.md)\n"

    book = read(files(**{**BOOK, "src/SUMMARY.md": summary}), "x")

    assert [(m.title, len(m.lessons)) for m in book.modules] == [("", 1), ("Making", 2), ("Ending", 1)]


def test_a_book_without_a_title_takes_its_folder_s_name() -> None:
    bare = {name: text for name, text in BOOK.items() if name != "book.toml"}

    assert read(files(**bare), "knot-book").title == "Knot book"


WRONG_BOOKS = {
    "no links": ("# Summary\n\nNothing yet.\n", "`src/SUMMARY.md`: it names no chapter"),
    "missing": ("- [A](index.md)\n- [B](gone.md)\n", "`src/SUMMARY.md`:2: `gone.md` is not there"),
    "outside": ("- [A](../book.toml)\n", "`src/SUMMARY.md`:1: `../book.toml` is not there"),
    "twice": (
        "- [A](index.md)\n- [B](end.md)\n- [C](index.md)\n",
        "`src/SUMMARY.md`:3: `index.md` stands in line 1 already",
    ),
    "second of a paragraph": ("[A](index.md)\n[B](gone.md)\n", "`src/SUMMARY.md`:2: `gone.md` is not there"),
}


@pytest.mark.parametrize("mistake", WRONG_BOOKS)
def test_a_mistake_in_a_summary_is_named_with_its_line(mistake: str) -> None:
    summary, sentence = WRONG_BOOKS[mistake]

    assert sentence in refused(files(**{**BOOK, "src/SUMMARY.md": summary}))


def test_a_folder_is_read_without_following_links(tmp_path: Path) -> None:
    for name, text in COURSE.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "03-link.md").symlink_to("/etc/hostname")

    with pytest.raises(UserError, match=r"`03-link\.md`: this is a link"):
        read_folder(tmp_path)


def test_what_is_no_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a folder"):
        read_folder(tmp_path / "gone")


def test_the_author_hears_what_discord_shows_as_plain_text() -> None:
    body = "| a | b |\n|---|---|\n| 1 | 2 |\n\n![x](y.png)\n\n<div>\n\n    code\n"

    told = count_unsupported(read(course(**{"03-all.md": body}), "x"))

    assert (told.tables, told.pictures, told.html, told.indented_code) == (1, 1, 1, 1)
    assert not count_unsupported(read(course(), "x"))


@needs_shared
def test_rust_by_example_is_read_whole() -> None:
    book = read_folder(Path(SHARED or "") / "data/courses/rust-by-example")

    assert book.title == "Rust By Example"
    assert len(book.lessons) >= 190
    assert book.lessons[0].title == "Introduction"
    assert {lesson.slug for lesson in book.lessons} >= {
        "hello/print/fmt",
        "flow_control/match/destructuring/destructure_tuple",
    }
    source = Path(SHARED or "") / "data/courses/rust-by-example/src"
    for lesson in book.lessons:
        assert lesson.body == (source / f"{lesson.slug}.md").read_text("utf-8")
