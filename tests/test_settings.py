"""A mistake in the settings is told in three lines: which key, what is wrong, what is allowed."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.section import secrets_of
from bot.settings import Settings, load, settings_paths

ROOT = Path(__file__).resolve().parents[1]


def write(folder: Path, text: str) -> None:
    (folder / "config.toml").write_text(text, "utf-8")


def refusal(folder: Path, **environ: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load(environ, folder)
    assert refused.value.exit_code == 78
    return str(refused.value)


def test_with_nothing_configured_the_sandbox_runs(tmp_path: Path) -> None:
    settings = load({"LYCEUM_DATA": str(tmp_path), "LYCEUM_WEB__PORT": "0", "HOME": "/"}, tmp_path)

    assert settings.sandboxed
    assert settings.folder == tmp_path / "sandbox"


def test_a_configuration_without_a_token_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "[community]\nlanguage = 'zh-CN'\n")

    assert refusal(tmp_path).startswith("discord.token is missing.")
    assert refusal(tmp_path / "nowhere", LYCEUM_COMMUNITY__LANGUAGE="en").startswith(
        "discord.token is missing."
    )


def test_a_sandbox_section_asks_for_the_sandbox(tmp_path: Path) -> None:
    write(tmp_path, "[sandbox]\n[community]\nlanguage = 'zh-CN'\n")

    assert load({}, tmp_path).sandboxed


def test_the_environment_goes_before_secrets_before_the_file(tmp_path: Path) -> None:
    write(tmp_path, "[discord]\ntoken = 'file'\n[web]\nport = 1\nhost = 'file'\n")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "discord__token").write_text("secret\n")

    settings = load({"LYCEUM_WEB__PORT": "3"}, tmp_path)

    assert settings.discord.token is not None
    assert settings.discord.token.get_secret_value() == "secret"
    assert (settings.web.port, settings.web.host) == (3, "file")


def test_a_misspelt_key_is_named(tmp_path: Path) -> None:
    write(tmp_path, "[discord]\ntokn = 'x'\n")

    assert refusal(tmp_path).splitlines() == [
        "discord.tokn is not a setting of Lyceum.",
        "Nothing of that name is known here.",
        "config.example.toml lists all settings.",
    ]


def test_a_misspelt_variable_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, LYCEUM_DISCORD__TOKN="x").startswith(
        "LYCEUM_DISCORD__TOKN is not a setting of Lyceum."
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "[community]\nlanguage = 'fr'",
            ["community.language is wrong.", "It is set to 'fr'.", "Allowed: 'en' or 'zh-CN'."],
        ),
        (
            "[community]\ntimezone = 'Mars'",
            ["community.timezone is wrong.", "It is set to 'Mars'.", "invalid timezone: Mars."],
        ),
        (
            "[web]\nport = 70000",
            ["web.port is wrong.", "It is set to 70000.", "Input should be less than or equal to 65535."],
        ),
    ],
)
def test_a_wrong_value_is_told_with_what_is_allowed(tmp_path: Path, text: str, lines: list[str]) -> None:
    write(tmp_path, f"[discord]\ntoken = 'x'\n{text}\n")

    assert refusal(tmp_path).splitlines() == lines


def test_a_file_that_is_not_toml_is_told(tmp_path: Path) -> None:
    write(tmp_path, "language: en\n")

    assert "is not valid TOML" in refusal(tmp_path)


def test_a_secret_is_not_shown_in_the_report_nor_in_the_settings(tmp_path: Path) -> None:
    write(tmp_path, "[discord]\ntoken = 12345678\n")

    told = refusal(tmp_path)
    kept = load({"LYCEUM_DISCORD__TOKEN": "abcdefgh"}, tmp_path / "nowhere")

    assert "12345678" not in told
    assert "abcdefgh" not in repr(kept)


def test_the_example_shows_every_setting_with_its_default() -> None:
    text = (ROOT / "config.example.toml").read_text("utf-8")
    shown = tomllib.loads(
        "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    )

    for dotted, default in settings_paths(Settings):
        value = shown
        for part in dotted.split("."):
            assert part in value, f"config.example.toml does not show {dotted}"
            value = value[part]
        if default is not None:
            assert str(value) == str(default), dotted


def test_a_broken_configuration_ends_the_process_with_78_and_no_traceback(tmp_path: Path) -> None:
    write(tmp_path, "[web]\nport = 'many'\n")

    ended = subprocess.run(
        [sys.executable, str(ROOT / "run_bot.py")],
        env={**os.environ, "LYCEUM_CONFIG": str(tmp_path / "config.toml")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 78
    assert ended.stderr.startswith("Lyceum cannot start: web.port is wrong.")
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "config.toml"]


def test_every_secret_is_found_wherever_it_stands(tmp_path: Path) -> None:
    """These are what the log masks; a provider's own need no line of their own."""
    told = load(
        {
            "LYCEUM_DATA": str(tmp_path),
            "LYCEUM_DISCORD__TOKEN": "a.real.token",
            "LYCEUM_PAYMENTS__STRIPE__SECRET_KEY": "sk_test_abc",
            "LYCEUM_PAYMENTS__STRIPE__WEBHOOK_SECRETS": '["whsec_old", "whsec_new", ""]',
        },
        tmp_path,
    )

    assert [*secrets_of(told)] == ["a.real.token", "sk_test_abc", "whsec_old", "whsec_new"]
