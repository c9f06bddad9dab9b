"""A lesson cut into pages is still the lesson."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.cards import size
from bot.courses.blocks import language
from bot.courses.pages import ROOM, PageText, pages
from tests.courses.markdown import code_blocks, code_of_pages, joined, with_plain_info

SHARED = os.environ.get("LYCEUM_SHARED")
needs_shared = pytest.mark.skipif(
    SHARED is None, reason="LYCEUM_SHARED is not set: the real course is not here"
)


def lessons() -> list[Path]:
    """Every Markdown file of Rust by Example."""
    return sorted((Path(SHARED or ".") / "data/courses/rust-by-example/src").rglob("*.md"))


@needs_shared
def test_every_page_of_a_real_course_is_the_source_and_fits() -> None:
    """Joined, the pages are the source byte for byte, except for two things, both undone exactly:

    * a fence's info string is cut to its first word (`rust,editable` → `rust`): `with_plain_info`;
    * a code block that goes over a page border is closed and opened again there: `Page.closes` and `Page.opens`
      hold precisely the characters that were added, and are nothing but fence lines.

    Code blocks are equal in number, language (first word) and content, read from each page alone.
    """
    assert len(lessons()) > 190
    for path in lessons():
        source = path.read_text("utf-8")
        cut = pages(source)

        assert joined(cut) == with_plain_info(source), path.name
        assert code_of_pages(cut) == code_blocks(source), path.name
        assert all(
            re.fullmatch(r"(\n? *`{3,}\w*\n)?", added) for page in cut for added in (page.opens, page.closes)
        )
        assert all(0 < size(page.shown) <= ROOM for page in cut), path.name


@needs_shared
def test_a_block_that_fits_on_a_page_is_not_cut() -> None:
    for path in lessons():
        longest = max((len(content) for _, content in code_blocks(path.read_text("utf-8"))), default=0)
        if longest < ROOM - 100:
            assert not any(page.opens or page.closes for page in pages(path.read_text("utf-8"))), path.name


def test_a_long_code_block_is_closed_and_opened_again_with_its_language() -> None:
    source = "Before.\n\n```python title=main.py\n" + "value = compute(1)\n" * 400 + "```\n\nAfter.\n"

    cut = pages(source)

    assert len(cut) == 3
    assert cut[0].closes == "```\n"
    assert cut[1].opens == "```python\n"
    assert code_of_pages(cut) == [("python", "value = compute(1)\n" * 400)]


def test_a_block_opened_by_four_backticks_keeps_the_fences_within() -> None:
    inner = "````markdown\n" + "```rust\nlet x = 1;\n```\n\nWords between.\n\n" * 150 + "````\n"

    cut = pages(inner)

    assert len(cut) > 1
    assert joined(cut) == inner
    assert code_of_pages(cut) == code_blocks(inner)
    assert {page.opens for page in cut[1:]} == {"````markdown\n"}


def test_a_fence_in_a_list_is_reopened_at_its_indentation() -> None:
    source = "1. First\n\n   ```py\n" + "   run()\n" * 900 + "   ```\n\n2. Second\n"

    cut = pages(source)

    assert joined(cut) == source
    assert all(page.opens == "   ```py\n" for page in cut[1:])
    assert code_of_pages(cut) == [("py", "run()\n" * 900)]


def test_a_fence_in_a_quote_stays_in_the_quote() -> None:
    source = "> ```py\n" + "> run()\n" * 900 + "> ```\n"

    cut = pages(source)

    assert joined(cut) == source
    assert code_of_pages(cut) == [("py", "run()\n" * 900)]


def test_a_nested_list_is_cut_between_its_items() -> None:
    source = "".join(f"- Item {n}\n    - inner one of some length\n    - inner two\n" for n in range(150))

    cut = pages(source)

    assert joined(cut) == source
    assert all(page.text.startswith("- Item") for page in cut)


def test_a_heading_stays_with_its_text() -> None:
    filler = "Words and more words. " * 150

    cut = pages(f"{filler}\n\n## Where it goes on\n\n{filler}\n")

    assert cut[1].text.startswith("## Where it goes on")


def test_one_endless_line_is_cut_after_a_sentence() -> None:
    cut = pages("This is a sentence. " * 500)

    assert joined(cut) == "This is a sentence. " * 500
    assert all(page.text.endswith(". ") for page in cut)


def test_chinese_without_spaces_is_cut_after_a_sentence() -> None:
    source = "协程在等待时让出控制权。" * 700

    cut = pages(source)

    assert joined(cut) == source
    assert all(page.text.endswith("。") for page in cut)


def test_a_joined_emoji_is_not_torn_apart() -> None:
    family = "👩\u200d👩\u200d👧"

    cut = pages(family * 900)

    assert joined(cut) == family * 900
    assert not any(page.text.startswith("\u200d") or page.text.endswith("\u200d") for page in cut)


def test_tildes_become_backticks_which_discord_knows() -> None:
    source = "~~~js\nlet a = '```';\n~~~\n"

    cut = pages(source)

    assert cut[0].text == "````js\nlet a = '```';\n````\n"
    assert code_of_pages(cut) == code_blocks(source)


@pytest.mark.parametrize(
    ("info", "shown"),
    [
        ("rust,editable", "rust"),
        ("rust, ignore", "rust"),
        (" c++ ", "c++"),
        ("{.python}", ""),
        ("", ""),
        ("Objective-C x", "Objective-C"),
    ],
)
def test_the_language_is_one_plain_word(info: str, shown: str) -> None:
    assert language(info) == shown


words = st.text("abc äö中。.!` *_#|<>[]()-+~\\\t\u200d\U0001f600", max_size=40)
code = st.lists(st.text("abc =+`~#>中\U0001f600\t ", max_size=60), max_size=80)


@st.composite
def fenced(draw: st.DrawFn) -> str:
    """A code block, alone or in a list or quote, its fence longer than any run of backticks in it."""
    lines = draw(code)
    longest = max((len(run) for run in re.findall("`+", "\n".join(lines))), default=0)
    marker = "`" * max(3, longest + 1)
    first, rest = draw(st.sampled_from([("", ""), ("- ", "  "), ("> ", "> "), ("12. ", "    ")]))
    info = draw(st.sampled_from(["", "py", "rust,editable", "c++ x", "js"]))
    body = "".join(f"{rest}{line}\n" for line in lines)
    return f"{first}{marker}{info}\n{body}{rest}{marker}\n"


documents = st.lists(
    st.one_of(words.map(lambda line: line.replace("`", "") + "\n\n"), fenced()), max_size=12
).map("\n".join)
anything = st.text("ab中\U0001f600` ~>-#|\t.\n1[]:", max_size=1500)


@settings(max_examples=400, deadline=None)
@given(text=anything, room=st.integers(100, 400))
@example(text="```\n" + "`" * 600, room=100)
@example(text="> " * 80 + "```\na", room=100)
@example(text="\n" * 500, room=100)
@example(text="# \n" * 300, room=100)
def test_any_text_whatever_loses_no_character(text: str, room: int) -> None:
    """Only lines that open or close a fence may differ, and those only in backticks, tildes and info string."""
    cut = pages(text, room)

    before, after = text.split("\n"), joined(cut).split("\n")
    assert len(before) == len(after)
    for was, now in zip(before, after, strict=True):
        assert was == now or re.match(r"[\s>*+\-\d.)]*(`{3,}|~{3,})", was)
    assert all(size(page.text) <= room for page in cut)


@settings(max_examples=300, deadline=None)
@given(text=documents, room=st.integers(150, 600))
def test_generated_lessons_keep_their_text_and_their_code(text: str, room: int) -> None:
    """As for the real course: equal to the source once info strings are cut, and the code blocks equal.

    Code inside lists and quotes is compared where its page still shows the list or quote around it.
    """
    cut = pages(text, room)

    assert joined(cut) == with_plain_info(text)
    assert code_blocks(joined(cut)) == code_blocks(text)
    assert all(size(page.text) <= room for page in cut)
    if "12. " not in text:  # four blanks and no list above them would be another thing
        assert code_of_pages(cut) == code_blocks(text)


def test_the_comparison_would_notice_a_lost_line() -> None:
    source = "One.\n\n```py\nx = 1\ny = 2\n```\n"
    damaged = tuple(PageText(page.text.replace("y = 2\n", "")) for page in pages(source))

    assert joined(damaged) != with_plain_info(source)
    assert code_of_pages(damaged) != code_blocks(source)
