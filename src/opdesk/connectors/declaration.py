"""What a connector says about itself: enough to draw its page, in every language.

Nothing here talks to a platform. A connector hands these out as `declaration`, and neither the API
nor the dashboard knows more of a source than stands in them.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from opdesk.channels.model import Trouble
from opdesk.media.model import MediaType

LANGUAGES = ("uk", "en")
WEBHOOK_URL = "webhookUrl"
"""What a step shows to be copied when it is the channel's own webhook address."""


class BadSettings(Exception):
    """A setting is missing or malformed; `name` is its contract name."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


@dataclass(frozen=True, slots=True)
class Words:
    """A text in every language of the desk; `{names}` stand for what a trouble is about."""

    uk: str
    en: str

    def told(self, language: str, params: Mapping[str, str] | None = None) -> str:
        text = self.uk if language == "uk" else self.en
        return text.format_map(_Known(params)) if params is not None else text


class SettingKind(StrEnum):
    """What a setting holds. Of a secret nothing is ever shown again."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105  the kind's name
    URL = "url"
    NUMBER = "number"
    CHOICE = "choice"


class Filler(StrEnum):
    """Who fills a setting: the admin, OpDesk with a random value to be copied to the platform,

    or the platform itself, when it says who we are.
    """

    ADMIN = "admin"
    OPDESK = "opdesk"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One field of a channel's page. `pattern` and `must` go together: a whole match, or why not.

    `least` and `most` bound a number, or count a text's characters. `only_with` is (name of a
    choice, its value): the field is there only while that is chosen.
    """

    name: str
    kind: SettingKind
    label: Words
    help: Words
    example: str
    is_required: bool = True
    default: str | None = None
    filled_by: Filler = Filler.ADMIN
    pattern: str | None = None
    must: str = "is not valid"
    least: int | None = None
    most: int | None = None
    choices: tuple[Choice, ...] = ()
    only_with: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that an admin does on the platform, before or after the channel is saved.

    `link` opens where it is done; `shows` is what is copied from us: `WEBHOOK_URL`, or the name
    of a setting that OpDesk fills.
    """

    text: Words
    link: str | None = None
    shows: str | None = None
    is_after_saving: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may hold. Characters are Unicode code points.

    `caption_chars` 0: a text beside a file goes as a message of its own, behind the file.
    `text_bytes`: where the platform counts UTF-8 bytes besides. `video_bytes` and `audio_bytes`
    None: as any file.
    """

    text_chars: int
    caption_chars: int
    photo_bytes: int
    file_bytes: int
    video_bytes: int | None = None
    audio_bytes: int | None = None
    text_bytes: int | None = None

    def bytes_of(self, kind: MediaType) -> int:
        """The largest file of a kind."""
        of_its_own = {
            MediaType.PHOTO: self.photo_bytes,
            MediaType.VIDEO: self.video_bytes,
            MediaType.AUDIO: self.audio_bytes,
        }
        found = of_its_own.get(kind)
        return self.file_bytes if found is None else found


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform lets us send: messages a second on one channel, and seconds between two

    messages of one chat (None: no such limit).
    """

    per_second: float
    chat_every_s: float | None = None


class After(StrEnum):
    """What may still be sent when a platform's reply window is over."""

    NOTHING = "nothing"
    TEMPLATES = "templates"
    HUMAN_AGENT = "humanAgent"
    """Anything a person writes, marked as late, until `Window.late_hours`."""


@dataclass(frozen=True, slots=True)
class Window:
    """How many hours after the customer's last message everything may be sent, and what then."""

    hours: int
    after: After
    late_hours: int = 0


class Hearing(StrEnum):
    """How a source's messages reach us."""

    WEBHOOK = "webhook"
    POLLING = "polling"


class WebhookSetup(StrEnum):
    """Who tells the platform our webhook's address."""

    AUTOMATIC = "automatic"
    BY_HAND = "byHand"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """All that is known of a source without asking it.

    `sender` describes the public name that deep links call `from`; `checks` are what a check looks
    at; `troubles` are the words of the codes that the connector's own check can answer; `receipts`
    are the steps of a message that the platform reports, "delivered" and "read".
    `sends` are the kinds of media that it takes; `is_asked_for_receipts`: it has to be asked, again
    and again, what became of a message; `has_path_secret`: it signs nothing, so the address that it
    calls ends with a secret; `poll_every_s`: seconds between two polls (0: it holds a poll itself);
    `tells_ms`: its times are exact to the millisecond, not to the second.
    """

    name: Words
    about: Words
    sender: Setting
    settings: tuple[Setting, ...]
    guide: tuple[Step, ...]
    limits: Limits
    hears: tuple[Hearing, ...]
    webhook_setup: WebhookSetup
    can_write_first: bool
    can_show_typing: bool
    checks: tuple[Words, ...]
    troubles: Mapping[str, Words]
    receipts: tuple[str, ...] = ()
    sends: frozenset[MediaType] = frozenset(
        (MediaType.FILE, MediaType.PHOTO, MediaType.VIDEO, MediaType.AUDIO)
    )
    pace: Pace = Pace(30.0)
    window: Window | None = None
    can_mark_read: bool = False
    is_asked_for_receipts: bool = False
    has_path_secret: bool = False
    poll_every_s: float = 0.0
    tells_ms: bool = False
    notes: tuple[Words, ...] = field(default_factory=tuple)

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(one.name for one in self.settings if one.kind is SettingKind.SECRET)


COMMON: Mapping[str, Words] = {
    "off": Words(
        "Канал вимкнено: повідомлення не надходять і не надсилаються. Увімкніть його.",
        "The channel is switched off: messages neither come nor go. Switch it on.",
    ),
    "unreachable": Words(
        "Платформа не відповідає ({words}). Перевірте, чи сервер OpDesk має вихід в інтернет і"
        " чи правильна адреса в налаштуваннях, тоді збережіть канал знову.",
        "The platform does not answer ({words}). Check that the OpDesk server may reach the"
        " internet and that the address in the settings is right, then save the channel again.",
    ),
    "refused": Words(
        "Платформа відмовила: {words}. Перевірте налаштування каналу й збережіть їх знову.",
        "The platform refused: {words}. Check the channel's settings and save them again.",
    ),
    "auth": Words(
        "Платформа більше не приймає ключ каналу: {words}. Отримайте на платформі новий ключ"
        " і збережіть його тут.",
        "The platform does not accept the channel's key any more: {words}. Get a new key on the"
        " platform and save it here.",
    ),
    "taken": Words(
        "Повідомлення цього каналу забирає інша програма: {words}. Вимкніть її,"
        " бо в одного акаунта може бути лише один отримувач.",
        "Another program takes this channel's messages: {words}. Switch it off: an account"
        " has one receiver at a time.",
    ),
    "needsHttps": Words(
        "Платформа надсилає повідомлення лише на https-адресу, тож вони не надходять. Налаштуйте"
        " сервер OpDesk так, щоб OPDESK_PUBLIC_URL починалася з https, і збережіть канал знову.",
        "The platform sends messages to an https address only, so none come. Set the OpDesk server"
        " up so that OPDESK_PUBLIC_URL begins with https, and save the channel again.",
    ),
    "unread": Words(
        "{count} повідомлень платформи не вдалося прочитати; вони зберігаються 7 днів, і OpDesk"
        " пробує ще раз щогодини, зокрема після оновлення.",
        "{count} envelopes could not be read; they are kept for 7 days and tried again every"
        " hour, by a newer version too.",
    ),
    "other": Words("{words}", "{words}"),
}
"""Troubles that any channel can have."""


def words_of(declaration: Declaration, trouble: Trouble, language: str) -> str:
    """A trouble in words. A code of an older version, which nobody knows now, tells what it has."""
    known = declaration.troubles.get(trouble.code) or COMMON.get(trouble.code) or COMMON["other"]
    text = known.told(language, trouble.params)
    return text or trouble.code


def checked(settings: Sequence[Setting], given: Mapping[str, str]) -> dict[str, str]:
    """The settings as they are stored: trimmed, defaults filled in, nothing that isn't declared.

    Raises BadSettings. What OpDesk or the platform fills is taken as it is, if it is there.
    """
    found: dict[str, str] = {}
    for one in settings:
        text = given.get(one.name, "").strip()
        if one.filled_by is not Filler.ADMIN:
            found |= {one.name: text} if text else {}
        elif one.only_with is None or found.get(one.only_with[0]) == one.only_with[1]:
            value = _checked(one, text)
            found |= {one.name: value} if value is not None else {}
    return found


def _checked(one: Setting, text: str) -> str | None:
    if one.kind is SettingKind.URL:
        text = text.rstrip("/")
    if not text:
        if one.default is None and one.is_required:
            raise BadSettings(one.name, "is required")
        return one.default
    if problem := _problem(one, text):
        raise BadSettings(one.name, problem)
    return text


def _problem(one: Setting, text: str) -> str | None:
    """Why a text is no value of this setting; None when it is."""
    if one.pattern is not None and not re.fullmatch(one.pattern, text):
        return one.must
    if one.kind is SettingKind.URL:
        return None if is_base_url(text) else f"must be an address such as {one.example}"
    if one.kind is SettingKind.CHOICE:
        values = [choice.value for choice in one.choices]
        return None if text in values else f"must be one of: {', '.join(values)}"
    if one.kind is not SettingKind.NUMBER:
        return _out_of_bounds(one, len(text), " characters")
    if not (text.isascii() and text.isdecimal()):
        return "must be a whole number"
    return _out_of_bounds(one, int(text[:18]), "")


def _out_of_bounds(one: Setting, size: int, unit: str) -> str | None:
    if one.least is not None and size < one.least:
        return f"must have at least {one.least}{unit}" if unit else f"must be at least {one.least}"
    if one.most is not None and size > one.most:
        return f"must have at most {one.most}{unit}" if unit else f"must be at most {one.most}"
    return None


def is_base_url(text: str) -> bool:
    """http or https with a host, and nothing that a path could not be put behind."""
    try:
        parts = urlsplit(text)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_address = parts.scheme in ("http", "https") and parts.hostname
    has_more = parts.query or parts.fragment or parts.username is not None
    return bool(is_address and has_port and not has_more)


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Known(dict[str, str]):
    """A template's names, of which an old row may lack one."""

    def __init__(self, params: Mapping[str, str] | None) -> None:
        super().__init__(params or {})

    def __missing__(self, name: str) -> str:
        return "?"
