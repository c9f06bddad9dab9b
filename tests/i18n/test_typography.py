"""The Chinese catalogue is set as Chinese is: full-width marks, no space between sentences, one word for each thing."""

from __future__ import annotations

import re

import pytest

from bot.i18n import catalogue
from tests.i18n.source import Found, texts

HAN = "[\u4e00-\u9fff]"

WRONG = {
    "a Latin mark after a Chinese character": rf"{HAN}[*”）》]*[.,;:!?](?!\w)",
    "a Latin parenthesis beside a Chinese character": rf"(?<!\]){HAN}\(|(?<=[^\]\w{{}})])\({HAN}",
    "a space after a full-width mark": r"[。！？；，：、”）]\*{0,2} ",
    "a space before a full-width mark": r"(?<!#) [。！？；，：、“（]",
    "corner brackets": "[「」]",
}

SYNONYMS = {
    "管理人员 (staff)": "工作人员",
    "服务器所有者 (the owner)": "服主|群主",
    "支付平台 (the provider)": "支付渠道",
    "付款方式 (a way to pay)": "支付方式",
    "会员 (a membership)": "会员资格|会员档位",
    "剩余天数 (unused days)": "未用天数|未用完的天数",
    "停止续费 (to end a renewal)": "结束订阅|关闭自动续费|停止自动续费|终止",
    "收回 (to take back)": "撤销",
    "模拟收银台 (the till)": "(?<!模拟)收银台",
}
"""The one word of the catalogue, and what else was said for the same."""


def chinese() -> list[tuple[str, str]]:
    """(English, Chinese) of every text in the catalogue."""
    return [(one, text) for (one, _), forms in catalogue("zh-CN").items() for text in forms]


@pytest.mark.parametrize("what", WRONG)
def test_chinese_is_set_as_chinese(what: str) -> None:
    assert [(one, text) for one, text in chinese() if re.search(WRONG[what], text)] == []


@pytest.mark.parametrize("word", SYNONYMS, ids=lambda word: word.partition("(")[2].rstrip(")"))
def test_one_thing_has_one_chinese_word(word: str) -> None:
    assert [(one, text) for one, text in chinese() if re.search(SYNONYMS[word], text)] == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a Latin mark after a Chinese character", "**课程**: {ways}"),
        ("a Latin mark after a Chinese character", "所有人可学."),
        ("a space after a full-width mark", "到期后收回身份组。 之后换成 {role}。"),
        ("a space after a full-width mark", "**永久有效。** 用 {command} 打开。"),
        ("a space before a full-width mark", "目前是 “{plan}”。"),
    ],
)
def test_control_wrong_setting_is_seen(what: str, text: str) -> None:
    assert re.search(WRONG[what], text)


def test_money_is_spoken_of_in_the_singular() -> None:
    """“$5.00 was noted”: a sum is one thing in English."""
    sums = r"\{(money|amount|price|credit|missing|theirs|ours|over|held)\}( \{currency\})?( \([^)]*\))? (are|were|have|wait)\b"

    def wrong(found: Found) -> bool:
        return re.search(sums, found.one) is not None

    assert [f"{found.place}: {found.one}" for found in texts() if wrong(found)] == []
