"""What a chat's channel takes, and whether it takes anything now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from opdesk.channels.model import Channel
from opdesk.chats.errors import NotNow
from opdesk.chats.model import Chat, Draft
from opdesk.connectors.declaration import After, Declaration, Limits, Words
from opdesk.connectors.registry import CONNECTORS
from opdesk.kit.clock import HOUR_MS
from opdesk.kit.errors import Invalid
from opdesk.media.model import Media, MediaType


class Hindrance(StrEnum):
    """Why nothing may be written now."""

    CHANNEL_GONE = "channelGone"
    BLOCKED = "blocked"
    WINDOW_CLOSED = "windowClosed"
    CLIENT_WRITES_FIRST = "clientWritesFirst"


HINDRANCES: Mapping[Hindrance, Words] = {
    Hindrance.CHANNEL_GONE: Words(
        "Канал від'єднано або вимкнено: чат можна лише читати.",
        "The channel is disconnected or switched off: the chat can only be read.",
    ),
    Hindrance.BLOCKED: Words(
        "Клієнт заблокував вас або відписався. Писати можна буде, коли клієнт напише сам.",
        "The customer has blocked you or unsubscribed. You can write once the customer writes.",
    ),
    Hindrance.WINDOW_CLOSED: Words(
        "Минуло {hours} год від останнього повідомлення клієнта: платформа приймає відповіді"
        " лише протягом цього часу.",
        "{hours} h have passed since the customer's last message: the platform takes answers only"
        " within that time.",
    ),
    Hindrance.CLIENT_WRITES_FIRST: Words(
        "На цій платформі першим пише клієнт.",
        "On this platform the customer writes first.",
    ),
}
NEVER_WROTE = Words(
    "Клієнт вам ще не писав: платформа приймає вільні повідомлення лише протягом {hours} год після"
    " повідомлення клієнта.",
    "The customer has not written to you yet: the platform takes free messages only within"
    " {hours} h of a message of the customer's.",
)
"""The reply window of somebody whom we write to first."""
WITH_TEMPLATES = Words("Надішліть шаблон.", "Send a template.")


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether a chat may be written to. `until` (ms UTC): when what is allowed now ends.

    `has_templates`: a template may be sent, whatever else may. `is_late`: the reply window is
    over, and what a person writes goes all the same, marked as such. `is_first`: the customer has
    never written.
    """

    hindrance: Hindrance | None
    until: int | None
    has_templates: bool
    is_late: bool
    hours: int = 0
    is_first: bool = False

    def text(self, language: str) -> str | None:
        if self.hindrance is None:
            return None
        words = HINDRANCES[self.hindrance]
        if self.is_first and self.hindrance is Hindrance.WINDOW_CLOSED:
            words = NEVER_WROTE
        told = words.told(language, {"hours": str(self.hours)})
        return f"{told} {WITH_TEMPLATES.told(language)}" if self.has_templates else told


def allowance(chat: Chat, now: int) -> Allowance:
    """What may be written to a chat at a time."""
    connector = CONNECTORS.get(chat.source)
    if connector is None or not chat.is_writable:
        return _hindered(Hindrance.CHANNEL_GONE)
    declaration = connector.declaration
    if chat.is_blocked:
        return _hindered(Hindrance.BLOCKED)
    if chat.client_wrote_at is None and not declaration.can_write_first:
        return _hindered(Hindrance.CLIENT_WRITES_FIRST)
    allowed = _in_window(declaration, chat.client_wrote_at, now)
    return replace(allowed, is_first=chat.client_wrote_at is None)


def why_not_first(channel: Channel) -> Hindrance | None:
    """Why a channel can't write to someone who has not written before; None when it can."""
    if not channel.is_writable:
        return Hindrance.CHANNEL_GONE
    can = CONNECTORS[channel.source].declaration.can_write_first
    return None if can else Hindrance.CLIENT_WRITES_FIRST


def _hindered(why: Hindrance) -> Allowance:
    return Allowance(why, None, has_templates=False, is_late=False)


def _in_window(declaration: Declaration, wrote_at: int | None, now: int) -> Allowance:
    window = declaration.window
    if window is None:
        return Allowance(None, None, has_templates=False, is_late=False)
    has_templates = window.after is After.TEMPLATES
    ends = (wrote_at or 0) + window.hours * HOUR_MS
    if now < ends:
        return Allowance(None, ends, has_templates, is_late=False, hours=window.hours)
    late_ends = (wrote_at or 0) + window.late_hours * HOUR_MS
    if window.after is After.HUMAN_AGENT and now < late_ends:
        return Allowance(None, late_ends, has_templates, is_late=True, hours=window.hours)
    hours = window.late_hours or window.hours
    why = Hindrance.WINDOW_CLOSED
    return Allowance(why, None, has_templates, is_late=False, hours=hours)


def check_message(chat: Chat, draft: Draft, file: Media | None, now: int) -> None:
    """Raises NotNow when the chat may not be written to, and Invalid when the channel can't take

    what is to be sent; nothing is split.
    """
    connector = CONNECTORS.get(chat.source)
    if connector is None:
        raise Invalid("this chat's source is not served")
    allowed = allowance(chat, now)
    is_template = draft.details.template is not None and allowed.has_templates
    if allowed.hindrance is not None and not is_template:
        raise NotNow(allowed.text("en") or "", allowed.hindrance.value)
    if not is_template:
        _check_content(connector.declaration, draft, file)


def _check_content(declaration: Declaration, draft: Draft, file: Media | None) -> None:
    limits, details = declaration.limits, draft.details
    if details.template is not None:
        raise Invalid.field("template", "this channel takes no templates")
    if details.place is not None and MediaType.LOCATION not in declaration.sends:
        raise Invalid.field("media.type", "this channel takes no locations")
    if details.card is not None and MediaType.CONTACT not in declaration.sends:
        raise Invalid.field("media.type", "this channel takes no contacts")
    _check_text(limits, draft.text, has_caption=file is not None and limits.caption_chars > 0)
    if file is None:
        return
    if file.type not in declaration.sends:
        kind = file.type.name.lower()
        raise Invalid.field("media.type", f"this channel takes no {kind}s")
    largest = limits.bytes_of(file.type)
    if file.size > largest:
        raise Invalid.field("media", f"has {file.size} bytes; this channel takes at most {largest}")


def _check_text(limits: Limits, text: str, *, has_caption: bool) -> None:
    most = limits.caption_chars if has_caption else limits.text_chars
    if len(text) > most:
        beside = " beside a file" if has_caption else ""
        raise Invalid.field(
            "textMessage", f"has {len(text)} characters; this channel takes {most}{beside}"
        )
    size = len(text.encode())
    if limits.text_bytes is not None and size > limits.text_bytes:
        raise Invalid.field(
            "textMessage",
            f"has {size} bytes in UTF-8; this channel takes {limits.text_bytes}, which are about"
            f" {limits.text_bytes // 2} Cyrillic letters",
        )
