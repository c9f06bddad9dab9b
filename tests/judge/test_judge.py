"""The judge judged: what Discord describes passes, one thing wrong is one violation."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.judge import samples
from tests.judge.description import Description
from tests.judge.exchange import Exchange
from tests.judge.findings import Finding
from tests.judge.verdict import Judge

Row = dict[str, Any]

if "LYCEUM_SHARED" not in os.environ:
    pytest.skip("needs Discord's description in the folder LYCEUM_SHARED", allow_module_level=True)


@pytest.fixture(scope="module")
def description() -> Description:
    return Description.read(Path(os.environ["LYCEUM_SHARED"]) / "discord" / "openapi.json")


@pytest.fixture
def judge(description: Description) -> Judge:
    return Judge(description)


def judged(judge: Judge, row: Row) -> list[Finding]:
    return judge.judge(Exchange.parse(json.dumps(row)))


def altered(row: Row, place: str, value: object) -> Row:
    """The row with one field of its body set to another value, or added."""
    node: Any = row["body"]
    *path, last = [int(step) if step.isdecimal() else step for step in place.split("/")]
    for step in path:
        node = node[step]
    node[last] = value
    return row


@pytest.mark.parametrize("make", [samples.message, samples.history, samples.role, samples.picture])
def test_what_discord_describes_passes(judge: Judge, make: Callable[[], Row]) -> None:
    assert judged(judge, make()) == []
    assert judge.verdict.violations == 0


@pytest.mark.parametrize(
    ("place", "value", "where", "rule"),
    [
        ("flags", "32768", "body.flags", "number as text"),
        ("content", "x" * 4001, "body.content", "maxLength"),
        ("enforce_nonse", True, "body.enforce_nonse", "unknown field"),
        ("allowed_mentions/parse", ["nobody"], "body.allowed_mentions.parse[0]", "oneOf"),
        ("allowed_mentions", [], "body.allowed_mentions", "type"),
        ("components/0/accent_color", -1, "body.components[0].accent_color", "minimum"),
        ("components/0/type", 99, "body.components[0]", "oneOf"),
        (
            "components/0/components/1/accessory/label",
            "x" * 81,
            "body.components[0].components[1].accessory.label",
            "maxLength",
        ),
        (
            "components/0/components/1/accessory/style",
            "blue",
            "body.components[0].components[1].accessory.style",
            "type",
        ),
        (
            "components/0/components/3/items/0/media",
            {},
            "body.components[0].components[3].items[0].media.url",
            "required",
        ),
        (
            "components/0/components/4/components/0/url",
            "not an address",
            "body.components[0].components[4].components[0].url",
            "format",
        ),
    ],
)
def test_one_field_altered_is_exactly_one_violation(
    judge: Judge, place: str, value: object, where: str, rule: str
) -> None:
    row = altered(samples.message(), place, value)

    (finding,) = judged(judge, row)

    assert (finding.operation, finding.where, finding.rule) == ("create_message", where, rule)
    assert judge.verdict.violations == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v10/channels/100000000000000200/mesages"),
        ("PATCH", "/api/v10/channels/100000000000000200/messages"),
        ("POST", "/api/v9/channels/100000000000000200/messages"),
        ("POST", "/channels/100000000000000200/messages"),
    ],
)
def test_an_unknown_operation_is_a_violation(judge: Judge, method: str, path: str) -> None:
    (finding,) = judged(judge, samples.message() | {"method": method, "path": path})

    assert finding.rule == "unknown operation"
    assert judge.verdict.violations == 1


@pytest.mark.parametrize(
    ("query", "where", "rule"),
    [
        ("limit=101", "query.limit", "maximum"),
        ("limit=many", "query.limit", "type"),
        ("after=0x1f", "query.after", "pattern"),
        ("newest=true", "query.newest", "unknown parameter"),
    ],
)
def test_a_wrong_query_is_a_violation(judge: Judge, query: str, where: str, rule: str) -> None:
    row = samples.history()
    row["path"] = row["path"].partition("?")[0] + "?" + query

    (finding,) = judged(judge, row)

    assert (finding.where, finding.rule) == (where, rule)


def test_a_path_needs_real_ids(judge: Judge) -> None:
    (finding,) = judged(judge, samples.role() | {"path": "/api/v10/guilds/1/members/ann/roles/3"})

    assert (finding.where, finding.rule) == ("path.user_id", "pattern")


@pytest.mark.parametrize(
    "change",
    [
        {"unreadable": "{'content':"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "text/plain"},
        {"content_type": ""},
    ],
)
def test_a_body_that_cannot_be_checked_is_a_violation(judge: Judge, change: Row) -> None:
    (finding,) = judged(judge, samples.message() | change)

    assert finding.rule == "unchecked body"


def test_a_message_in_the_fields_of_a_form_is_judged_as_its_json(judge: Judge) -> None:
    form = {"content_type": "application/x-www-form-urlencoded", "parts": ["payload_json"]}

    assert judged(judge, samples.message() | form) == []
    (finding,) = judged(judge, samples.message() | form | {"body": {"contents": "x"}})
    assert finding.where == "body.contents"


def test_a_form_without_its_payload_is_a_violation(judge: Judge) -> None:
    row = samples.picture()
    del row["body"]

    (finding,) = judged(judge, row)

    assert finding.rule == "unchecked body"


def test_a_missing_body_is_a_violation(judge: Judge) -> None:
    row = samples.message()
    del row["body"]

    (finding,) = judged(judge, row)

    assert (finding.where, finding.rule) == ("body", "required")


def test_a_body_where_none_belongs_is_a_violation(judge: Judge) -> None:
    (finding,) = judged(judge, samples.role() | {"content_type": "application/json", "body": {}})

    assert finding.where == "body"


def test_an_exception_is_counted_and_does_not_fail(judge: Judge) -> None:
    judged(judge, samples.picture())

    assert dict(judge.verdict.exceptions) == {
        "a new attachment's id is its place in the form, as a number": 1
    }
    assert "1 exceptions used, 0 violations" in judge.verdict.summary()


def test_the_same_mistake_many_times_is_one_line_with_its_count(judge: Judge) -> None:
    for number in range(3):
        judged(judge, altered(samples.message(), "nonce", f"{number} is much too long for a nonce"))

    (line,) = judge.verdict.wrong.lines()

    assert judge.verdict.violations == 3
    assert line.startswith("3 × create_message: body.nonce ")


def test_a_wrong_request_is_found_among_others_of_the_same_shape(judge: Judge) -> None:
    def mentions(*ids: str) -> list[Finding]:
        return judged(judge, altered(samples.message(), "allowed_mentions", {"users": list(ids)}))

    assert mentions("100000000000000001", "100000000000000002") == []
    (finding,) = mentions("100000000000000001", "100000000000000001")

    assert finding.rule == "uniqueItems"


def test_a_long_text_is_told_from_a_longer_one(judge: Judge) -> None:
    assert judged(judge, altered(samples.message(), "content", "课\n" * 2000)) == []
    (finding,) = judged(judge, altered(samples.message(), "content", "课\n" * 2000 + "x"))

    assert finding.rule == "maxLength"


def test_a_line_that_cannot_be_read_is_a_violation(judge: Judge, tmp_path: Path) -> None:
    record = tmp_path / "requests.jsonl"
    record.write_text(json.dumps(samples.role()) + '\n{"method": "PUT"\n', "utf-8")

    verdict = judge.judge_file(record)

    assert (verdict.requests, verdict.violations) == (1, 1)
    assert "line 2 cannot be read" in next(verdict.wrong.lines())


def test_a_wrong_answer_is_a_violation_like_a_wrong_request(judge: Judge) -> None:
    (finding,) = judged(judge, samples.history() | {"answer": {"messages": []}})

    assert str(finding).startswith("list_messages: answer 200 is {'messages': []}")
    assert judge.verdict.violations == 1


def test_an_answer_with_one_field_missing_is_a_violation(judge: Judge) -> None:
    channel: Row = {"id": "100000000000000200", "type": 1, "flags": 0, "recipients": []}
    row = samples.history() | {"path": "/api/v10/channels/100000000000000200"}

    assert judged(judge, row | {"answer": channel}) == []
    del channel["recipients"]
    (finding,) = judged(judge, row | {"answer": channel})

    assert "recipients" in str(finding)


def test_a_status_that_discord_does_not_describe_is_a_violation(judge: Judge) -> None:
    (finding,) = judged(judge, samples.role() | {"status": 201})

    assert finding.rule == "unknown status"


def test_a_defect_of_the_sandbox_is_a_violation_and_an_ordered_fault_is_none(judge: Judge) -> None:
    broken = samples.role() | {"status": 500, "answer": {"message": "500: Internal Server Error", "code": 0}}

    assert judged(judge, broken | {"ordered": True}) == []
    (finding,) = judged(judge, broken)

    assert finding.rule == "defect"
    assert (judge.verdict.answers, judge.verdict.ordered) == (1, 1)


def test_what_the_sandbox_has_not_built_is_an_honest_answer(judge: Judge) -> None:
    assert (
        judged(judge, samples.role() | {"status": 501, "answer": {"message": "not built", "code": 0}}) == []
    )
