"""Every setting. Environment variables `LYCEUM_…` win over a secrets directory, which wins over `config.toml`.

A nested setting is `LYCEUM_DISCORD__TOKEN` in the environment, `discord__token` in the secrets
directory and `[discord] token` in the file. `config.example.toml` documents each.
"""

from __future__ import annotations

import datetime
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.errors import ConfigurationError
from bot.payments.registry import ProviderSections
from bot.section import Section

Port = Annotated[int, Field(ge=0, le=65535)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class DiscordSettings(Section):
    """How Lyceum signs in to Discord."""

    token: SecretStr | None = None
    api: str | None = None
    members_intent: bool = True


class CommunitySettings(Section):
    """What Lyceum cannot read from Discord about the people it serves."""

    language: Literal["en", "zh-CN"] = "en"
    timezone: ZoneInfo = ZoneInfo("UTC")
    staff_channel: str = "staff"
    events_channel: str = "events"


class ReportSettings(Section):
    """When the weekly post falls due, in the community's zone."""

    weekday: Weekday = "monday"
    time: datetime.time = datetime.time(9, 0)


class WebSettings(Section):
    """Lyceum's own small web server: webhooks, pay pages, health."""

    host: str = "127.0.0.1"
    port: Port = 8781
    public_url: str | None = None


class PaymentSettings(ProviderSections):
    """How members pay: settings for all providers, beside each provider's section."""

    link_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    poll_seconds: Annotated[float, Field(gt=0, le=3600)] = 20.0


class MembershipSettings(Section):
    """When members are reminded of expiring entitlements, and what refunds, disputes and departures do to them."""

    remind_days: list[Annotated[int, Field(ge=1, le=365)]] = [7, 1]  # noqa: RUF012 # pydantic copies it
    dispute: Literal["suspend", "keep"] = "suspend"
    partial_refund: Literal["keep", "revoke"] = "keep"
    leave: Literal["end", "keep", "ask"] = "end"
    kick: Literal["end", "keep", "ask"] = "end"
    ban: Literal["end", "keep", "ask"] = "end"


class ActivitySettings(Section):
    """How activity is counted."""

    flush_seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    shortcut: bool = False


class SandboxSettings(Section):
    """The Discord on this machine that Lyceum runs with when nothing is configured."""

    port: Port = 8780
    empty: bool = False


class LogSettings(Section):
    """What Lyceum says about itself."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["text", "json"] = "text"


class Settings(BaseSettings):
    """All settings, checked. `sandboxed` tells whether Lyceum runs with the sandbox instead of Discord."""

    model_config = SettingsConfigDict(
        env_prefix="LYCEUM_",
        env_nested_delimiter="__",
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    data: Path = Path("data")
    discord: DiscordSettings = DiscordSettings()
    community: CommunitySettings = CommunitySettings()
    report: ReportSettings = ReportSettings()
    web: WebSettings = WebSettings()
    payments: PaymentSettings = PaymentSettings()
    memberships: MembershipSettings = MembershipSettings()
    activity: ActivitySettings = ActivitySettings()
    sandbox: SandboxSettings = SandboxSettings()
    log: LogSettings = LogSettings()

    @property
    def sandboxed(self) -> bool:
        """True without a token: `load` has then checked that the sandbox is intended."""
        return self.discord.token is None

    @property
    def folder(self) -> Path:
        """Where this run keeps its files: sandbox data never lie beside a real database."""
        return self.data / "sandbox" if self.sandboxed else self.data


# These say where files are, or are used by tests; they do not configure a community.
_NOT_A_CONFIGURATION = ("LYCEUM_DATA", "LYCEUM_WEB__PORT")
# These are read elsewhere; they are not settings.
_NOT_SETTINGS = (
    "LYCEUM_SHARED",
    "LYCEUM_VENV",
    "LYCEUM_CRASH_AT",
    "LYCEUM_CONFIG",
    "LYCEUM_SECRETS",
    "LYCEUM_SANDBOX__RECORD",
)


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Read all sources. ConfigurationError says which key is wrong, why, and what is allowed.

    `LYCEUM_CONFIG` names another file than `config.toml` in `folder`, `LYCEUM_SECRETS` a
    directory of secrets (default: `secrets` if it is there).
    """
    environ = os.environ if environ is None else environ
    folder = Path.cwd() if folder is None else folder
    file = Path(environ.get("LYCEUM_CONFIG", folder / "config.toml"))
    secrets = Path(environ.get("LYCEUM_SECRETS", folder / "secrets"))
    if "LYCEUM_CONFIG" in environ and not file.is_file():
        raise ConfigurationError(
            f"LYCEUM_CONFIG names {file}, which is not a file.\nMake it, or unset LYCEUM_CONFIG."
        )
    settings = _read(environ, file, secrets)
    if settings.sandboxed and _configured(environ, file, secrets):
        raise ConfigurationError(
            "discord.token is missing.\n"
            "Lyceum was configured, but without the token that signs it in to Discord.\n"
            "Set discord.token (LYCEUM_DISCORD__TOKEN), or add an empty [sandbox] section to try it without Discord."
        )
    return settings


def _configured(environ: Mapping[str, str], file: Path, secrets: Path) -> bool:
    wants_sandbox = any(name.startswith("LYCEUM_SANDBOX__") for name in environ if name not in _NOT_SETTINGS)
    if file.is_file():
        wants_sandbox = wants_sandbox or "sandbox" in tomllib.loads(file.read_text("utf-8"))
    if wants_sandbox:
        return False
    variables = [
        name
        for name in environ
        if name.startswith("LYCEUM_") and name not in (*_NOT_A_CONFIGURATION, *_NOT_SETTINGS)
    ]
    return file.is_file() or secrets.is_dir() or bool(variables)


def _read(environ: Mapping[str, str], file: Path, secrets: Path) -> Settings:
    unknown = _unknown_variables(environ)
    if unknown:
        raise ConfigurationError(
            f"{unknown[0]} is not a setting of Lyceum.\nIt was found in the environment.\n"
            "Correct its name (config.example.toml lists all settings) or unset it."
        )

    class Sources(Settings):
        model_config = SettingsConfigDict(
            toml_file=file, secrets_dir=secrets if secrets.is_dir() else None, secrets_nested_delimiter="__"
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            nested = NestedSecretsSettingsSource(
                file_secret_settings, secrets_prefix="", secrets_nested_delimiter="__"
            )
            if isinstance(env_settings, EnvSettingsSource):
                env_settings.env_vars = {
                    name.lower(): value for name, value in environ.items() if name not in _NOT_SETTINGS
                }
            return init_settings, env_settings, nested, TomlConfigSettingsSource(settings_cls)

    try:
        return Sources()
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{file} is not valid TOML.\n{error}\nconfig.example.toml shows the form."
        ) from None
    except ValidationError as error:
        raise ConfigurationError(_explain(error)) from None


def _unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Misspelt LYCEUM_ variables, which pydantic-settings would ignore silently."""
    known: set[str] = set(_NOT_SETTINGS)
    for dotted, _ in settings_paths(Settings):
        known.add("LYCEUM_" + dotted.replace(".", "__").upper())
    sections = {f"LYCEUM_{name.upper()}" for name in Settings.model_fields}
    return sorted(
        name for name in environ if name.startswith("LYCEUM_") and name.upper() not in known | sections
    )


def settings_paths(model: type[BaseModel], prefix: str = "") -> list[tuple[str, Any]]:
    """Every setting as (dotted name, default), in the order of the source."""
    paths: list[tuple[str, Any]] = []
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            paths += settings_paths(type(field.default), f"{prefix}{name}.")
        else:
            paths.append((prefix + name, field.default))
    return paths


def _explain(error: ValidationError) -> str:
    """The first mistake in three lines: the key, its value, what is allowed."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{key} is not a setting of Lyceum.\nNothing of that name is known here.\nconfig.example.toml lists all settings."
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    allowed = (first.get("ctx") or {}).get("expected")
    hint = f"Allowed: {allowed}." if allowed else f"{first['msg']}."
    return f"{key} is wrong{more}.\nIt is set to {_display_value(key, first.get('input'))}.\n{hint}"


def _display_value(key: str, value: object) -> str:
    secret = any(word in key for word in ("token", "secret", "key"))
    return "something secret" if secret else repr(value)[:80]
