"""Everything that can be set from outside, read once at the start and checked there.

Order: command line, environment (`OPDESK_*`), `opdesk.toml` in the working directory, default.
docs/settings.md describes each; a test holds it against this file.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from opdesk.kit.origins import origin_in

Network = IPv4Network | IPv6Network
CONFIG_FILE = "opdesk.toml"
DATA_FOLDER = Path("data")
_SECRETS = ("database_url", "master_key", "smtp_url")
"""Settings whose value is not for logs and screens."""
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("auto", "json", "text")


class SettingError(Exception):
    """One line that says which setting is wrong and what it should be."""


def _setting(default: Any, *, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The server's settings; `OPDESK_<NAME>` in the environment, `<name>` in opdesk.toml."""

    host: str = _setting("127.0.0.1", help_text="address to listen on")
    port: int = _setting(8080, help_text="port to listen on; 0 takes a free one")
    data: Path = _setting(DATA_FOLDER, help_text="folder of the database, media and master key")
    database_url: str = _setting("", help_text="postgresql://... instead of SQLite in the folder")
    database_connections: int = _setting(8, help_text="connections to PostgreSQL")
    public_url: tuple[str, ...] = _setting((), help_text="public addresses, the first is primary")
    master_key: str = _setting("", help_text="32 bytes in base64 or hex that seal the secrets")
    outgoing_allow: tuple[Network, ...] = _setting((), help_text="private networks we may call")
    trusted_proxies: tuple[Network, ...] = _setting((), help_text="networks of our own proxies")
    smtp_url: str = _setting("", help_text="smtp://user:password@host:587 to send letters by")
    mail_from: str = _setting("", help_text="the address that letters come from")
    web_push: str = _setting("on", help_text="on or off: pushes to operators' sleeping devices")
    media_max_mb: int = _setting(50, help_text="largest file, in MiB")
    log_level: str = _setting("info", help_text="debug, info, warning or error")
    log_format: str = _setting("auto", help_text="auto, json or text")

    @cached_property
    def primary_url(self) -> str:
        """The address that links, webhooks and media carry; without one, where we listen."""
        return self.public_url[0] if self.public_url else f"http://{self.host}:{self.port}"

    @cached_property
    def contact(self) -> str:
        """Where those who run the services that we call find us."""
        if self.mail_from:
            return f"mailto:{self.mail_from}"
        return f"https://{urlsplit(self.primary_url).netloc}"

    @cached_property
    def public_origins(self) -> tuple[str, ...]:
        """The public addresses as browsers write them in `Origin`."""
        return self.public_url


def load(
    given: Mapping[str, Any], environment: Mapping[str, str], config_file: Path | None = None
) -> Settings:
    """Settings from the command line (`given`, None = not given), environment and file.

    Raises SettingError with one line a person can act on.
    """
    values: dict[str, Any] = _from_file(config_file or Path(CONFIG_FILE))
    known = {f.name for f in fields(Settings)}
    for name in known:
        if (text := environment.get(f"OPDESK_{name.upper()}")) is not None:
            values[name] = text
    values.update({name: value for name, value in given.items() if value is not None})
    if unknown := sorted(set(values) - known):
        raise SettingError(f"there is no setting {unknown[0]!r} (see docs/settings.md)")
    return Settings(**{name: _parse(name, value) for name, value in values.items()})


def without_secrets(text: str, url: str) -> str:
    """`text`, which a library wrote about a database's `url`, without the url's password."""
    parts = urlsplit(url)
    in_query = re.findall(r"(?:^|&)password=([^&]+)", parts.query)
    for secret in [parts.password, *in_query] if parts.password else in_query:
        for spelling in (secret, unquote(secret)):
            text = text.replace(spelling, "***")
    return text


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} can't be read: {error}") from error


def _parse(name: str, value: Any) -> Any:
    try:
        return _PARSERS.get(name, _text)(value)
    except ValueError as error:
        given = "is not right" if name in _SECRETS else f"is {value!r}"
        # Without the cause: it may hold what we don't show.
        raise SettingError(f"{name} (OPDESK_{name.upper()}) {given}, but {error}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("it must be text")
    return value.strip()


def _number(low: int, high: int) -> Any:
    def parse(value: Any) -> int:
        try:
            number = int(value) if isinstance(value, str | int) else None
        except ValueError:
            number = None
        if isinstance(value, bool) or number is None or not low <= number <= high:
            raise ValueError(f"it must be a whole number from {low} to {high}")
        return number

    return parse


def _one_of(*choices: str) -> Any:
    def parse(value: Any) -> str:
        if _text(value).lower() not in choices:
            raise ValueError(f"it must be one of {', '.join(choices)}")
        return _text(value).lower()

    return parse


def _items(value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError("it must be a comma-separated list")
    return [_text(part) for part in parts if _text(part)]


def _networks(value: Any) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(item, strict=False) for item in _items(value))
    except ValueError as error:
        raise ValueError("it must be networks such as 10.0.0.0/8, comma-separated") from error


def _urls(value: Any) -> tuple[str, ...]:
    """Addresses as browsers write them: lower case, without the port that goes without saying."""
    return tuple(origin_in(item) for item in _items(value))


def _database_url(value: Any) -> str:
    url = _text(value)
    if not url:
        return url
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("it must begin with postgresql:// (SQLite needs no address)")
    try:
        port = urlsplit(url).port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError(
            "it must be like postgresql://user:password@host:5432/name, with /, ?, #, @ and : of "
            "the password written as %2F, %3F, %23, %40 and %3A"
        )
    return url


def _smtp_url(value: Any) -> str:
    url = _text(value)
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_right = False
    if url and not is_right:
        raise ValueError(
            "it must be like smtp://user:password@host:587 or smtps://user:password@host:465, with "
            "/, ?, #, @ and : of the password written as %2F, %3F, %23, %40 and %3A"
        )
    return url


def _mail_from(value: Any) -> str:
    address = _text(value)
    if address and not re.fullmatch(r"[^@<>\s]+@[^@<>\s]+", address):
        raise ValueError("it must be an address such as desk@example.com")
    return address


_PARSERS: Mapping[str, Any] = {
    "port": _number(0, 65_535),
    "data": lambda value: Path(value).expanduser(),
    "database_url": _database_url,
    "database_connections": _number(1, 200),
    "public_url": _urls,
    "outgoing_allow": _networks,
    "trusted_proxies": _networks,
    "smtp_url": _smtp_url,
    "mail_from": _mail_from,
    "web_push": _one_of("on", "off"),
    "media_max_mb": _number(1, 2_000),
    "log_level": _one_of(*LOG_LEVELS),
    "log_format": _one_of(*LOG_FORMATS),
}
