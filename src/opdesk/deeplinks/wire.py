"""A link's parts in the address bar, in cookies and as JSON. What is sealed holds no secret in

the open: neither a phone nor a token stands in any address, history or log.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Any

import msgspec

from opdesk.channels.model import Channel
from opdesk.chats.model import Chat
from opdesk.deeplinks.model import Found, Grant, LinkProblem, Target
from opdesk.kit.keyring import MasterKeyError, Vault
from opdesk.kit.wire import Id, Wire

ChatShape = Callable[[Chat], Any]
"""A chat as the API shows it; the composition root brings it."""
WriteFirst = Callable[[Channel], str | None]
"""Why a channel can't write first, as a code for the panel; None when it can."""
_TARGET, _GRANT = "link target", "link grant"
MAX_SEALED_CHARS = 2_000


def seal_target(vault: Vault, target: Target) -> str:
    return _sealed(vault, target, _TARGET)


def open_target(vault: Vault, text: str) -> Target | None:
    """None for what we did not seal."""
    found: Target | None = _opened(vault, text, _TARGET, Target)
    return found


def seal_grant(vault: Vault, grant: Grant) -> str:
    return _sealed(vault, grant, _GRANT)


def open_grant(vault: Vault, text: str) -> Grant | None:
    found: Grant | None = _opened(vault, text, _GRANT, Grant)
    return found


def _sealed(vault: Vault, value: Target | Grant, purpose: str) -> str:
    sealed = vault.seal(msgspec.json.encode(value), purpose)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _opened(vault: Vault, text: str, purpose: str, kind: type[Any]) -> Any:
    if len(text) > MAX_SEALED_CHARS:
        return None
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(vault.open(sealed, purpose), type=kind)
    except (MasterKeyError, binascii.Error, ValueError, msgspec.ValidationError):
        return None


class LinkChannelOut(Wire):
    id: Id
    source: int
    from_: str = msgspec.field(name="from")
    can_write_first: bool
    reason: str | None

    example = {
        "id": 3,
        "source": 2,
        "from": "demo_shop_bot",
        "canWriteFirst": False,
        "reason": "clientWritesFirst",
    }


class LinkOut(Wire):
    """Where a link leads: `outcome` is "chat", "none" (no chat yet) or "problem"."""

    outcome: str
    chat_id: int | None
    others: list[Any]
    phone: str | None
    channels: list[LinkChannelOut]
    problem: str | None

    example = {
        "outcome": "chat",
        "chatId": 5,
        "others": [],
        "phone": "+380501234567",
        "channels": [],
        "problem": None,
    }

    @classmethod
    def of(cls, found: Found, shape: ChatShape, write_first: WriteFirst) -> "LinkOut":
        is_there = found.chat_id is not None
        outcome = "problem" if found.problem else "chat" if is_there else "none"
        return cls(
            outcome=outcome,
            chat_id=found.chat_id,
            others=[shape(chat) for chat in found.others],
            phone=found.phone,
            channels=[_channel(channel, write_first(channel)) for channel in found.channels],
            problem=found.problem.value if found.problem else None,
        )

    @classmethod
    def unreadable(cls) -> "LinkOut":
        return cls(
            outcome="problem",
            chat_id=None,
            others=[],
            phone=None,
            channels=[],
            problem=LinkProblem.EXPIRED.value,
        )


def _channel(channel: Channel, reason: str | None) -> LinkChannelOut:
    return LinkChannelOut(
        id=channel.id,
        source=int(channel.source),
        from_=channel.sender,
        can_write_first=reason is None,
        reason=reason,
    )


class PersonOut(Wire):
    id: Id
    name: str

    example = {"id": 21, "name": "Olena Koval"}


class WaitingOut(Wire):
    """A link of another operator than the one signed in: the panel asks before it switches."""

    current: PersonOut | None
    next: PersonOut
    target: str

    example = {
        "current": PersonOut.example,
        "next": {"id": 22, "name": "Ivan Lys"},
        "target": "/chats/5",
    }


class SwitchedOut(Wire):
    target: str

    example = {"target": "/chats/5"}
