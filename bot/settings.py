"""Settings from the environment or `.env`, prefix `LINLI_`; `.env.example` explains each.

A wrong setting is told in one clear line, not in a stack trace: `load` turns every complaint into `WrongSettings`.
"""

from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.rules.retention import LEAST_AUDIT, LEAST_MATTERS, Periods

Language = Literal["zh-CN", "en"]


class WrongSettings(Exception):
    """A setting is missing or wrong; the message names it and says what is wanted."""


class Settings(BaseSettings):
    """Everything that can be set from outside."""

    model_config = SettingsConfigDict(env_prefix="LINLI_", env_file=".env", extra="ignore")

    bot_token: SecretStr = SecretStr("")
    bot_api_url: str = "https://api.telegram.org"
    database_url: str = "sqlite:///data/linli.sqlite3"
    media_path: Path = Path("data/media")
    backup_path: Path = Path("data/backups")
    backup_passphrase: SecretStr = SecretStr("")
    webhook_url: str | None = None
    webhook_secret: SecretStr = SecretStr("")
    http_listen: str = "127.0.0.1:8080"
    admin_ids: str = Field("", description="numeric Telegram ids, separated by commas")
    timezone: str = "Asia/Shanghai"
    language: Language = "zh-CN"
    log_format: Literal["text", "json"] = "text"
    heartbeat_url: SecretStr | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    retention_matters_days: int = Field(Periods().matters.days, ge=LEAST_MATTERS.days)
    retention_audit_days: int = Field(Periods().audit.days, ge=LEAST_AUDIT.days)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not a time zone, such as Asia/Shanghai")
        return value

    @field_validator("bot_api_url", "webhook_url")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value or None

    @field_validator("heartbeat_url")
    @classmethod
    def _is_secret_url(cls, value: SecretStr | None) -> SecretStr | None:
        url = cls._is_url(value.get_secret_value() if value else None)
        return SecretStr(url) if url else None

    @field_validator("admin_ids")
    @classmethod
    def _numbers(cls, value: str) -> str:
        if not all(part.strip().isdigit() for part in value.split(",") if part.strip()):
            raise ValueError("must be numeric Telegram ids, separated by commas")
        return value

    @field_validator("http_listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65_535:
            raise ValueError("must be HOST:PORT, such as 127.0.0.1:8080")
        return value

    @property
    def admins(self) -> tuple[int, ...]:
        """The administrators' numeric ids."""
        return tuple(int(part) for part in self.admin_ids.split(",") if part.strip())

    @property
    def listen(self) -> tuple[str, int]:
        """Host and port of the web endpoint."""
        host, _, port = self.http_listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def periods(self) -> Periods:
        """How long what is kept, as far as a community chooses it."""
        return Periods(timedelta(days=self.retention_matters_days), timedelta(days=self.retention_audit_days))

    def require_bot(self) -> None:
        """Raise WrongSettings when what a running bot needs is absent."""
        token = self.bot_token.get_secret_value()
        number, _, secret = token.partition(":")
        if not (number.isdigit() and secret):
            raise WrongSettings("LINLI_BOT_TOKEN: a token from @BotFather is needed, such as 123456:ABC…")
        if self.webhook_url and len(self.webhook_secret.get_secret_value()) < 16:
            raise WrongSettings("LINLI_WEBHOOK_SECRET: at least 16 characters are needed with LINLI_WEBHOOK_URL")


def load() -> Settings:
    """Read the settings. Raises WrongSettings with one line for the first thing that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "LINLI_" + str(first["loc"][0]).upper()
        raise WrongSettings(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None
