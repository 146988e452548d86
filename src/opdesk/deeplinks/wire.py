"""A link's parts in the address bar, in cookies and as JSON. What is sealed holds no secret in

the open: neither a phone nor a token stands in any address, history or log.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from opdesk.channels.model import Channel
from opdesk.chats.model import Chat
from opdesk.deeplinks.model import BuiltLink, Explained, Found, Grant, LinkProblem, Step, Target
from opdesk.kit.keyring import MasterKeyError, Vault
from opdesk.kit.wire import Id, Wire, WireIn, time_or_none

ChatShape = Callable[[Chat], Any]
"""A chat as the API shows it; the composition root brings it."""
WriteFirst = Callable[[Channel], str | None]
"""Why a channel can't write first, as a code for the panel; None when it can."""
_TARGET, _GRANT = "link target", "link grant"
MAX_SEALED_CHARS = 2_000
MAX_LINK_CHARS = 8_000
DEFAULT_MINUTES, MOST_MINUTES = 60, 24 * 60


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
    """`reason`, when it can't write first: clientWritesFirst, or channelGone (switched off)."""

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


class LinkCheckIn(WireIn):
    link: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_LINK_CHARS)]
    operator_id: Id | None = None

    example = {
        "link": "https://desk.example.com/?source=2&from=demo_shop_bot&phone=%2B380501234567",
        "operatorId": 21,
    }


class LinkStepOut(Wire):
    """`rule`: address, parameters, token, operator, chat_raw_id, source, phone, from, chats,

    result. `outcome`: ok, fail, skipped. `text` is a code, which the dashboard has words for.
    """

    rule: str
    outcome: str
    text: str
    params: dict[str, str | int]

    example = {
        "rule": "phone",
        "outcome": "ok",
        "text": "phone_read",
        "params": {"phone": "+380501234567", "country": "UA", "organization": "Kyiv shop"},
    }

    @classmethod
    def of(cls, step: Step) -> "LinkStepOut":
        return cls(
            rule=step.rule.value,
            outcome=step.outcome.value,
            text=str(step.code),
            params=dict(step.params),
        )


class LinkCheckOut(Wire):
    """`leadsTo` (ours): chat, composer (no chat yet), desk, problem (a page that says why not),

    login or elsewhere. `chat` is there only when a click opens it; `problem` is the code of the
    first thing that keeps it from opening one.
    """

    steps: list[LinkStepOut]
    leads_to: str
    chat: Any
    others: list[Any]
    problem: str | None

    example = {
        "steps": [LinkStepOut.example],
        "leadsTo": "problem",
        "chat": None,
        "others": [],
        "problem": "bad_phone",
    }

    @classmethod
    def of(cls, found: Explained, shape: ChatShape) -> "LinkCheckOut":
        return cls(
            steps=[LinkStepOut.of(step) for step in found.steps],
            leads_to=found.leads_to.value,
            chat=shape(found.chat) if found.chat else None,
            others=[shape(chat) for chat in found.others],
            problem=found.problem,
        )


class LinkBuildIn(WireIn):
    chat_id: Id
    operator_id: Id | None = None
    with_token: bool = False
    expires_in_minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] = DEFAULT_MINUTES

    example = {"chatId": 5, "operatorId": 21, "withToken": True, "expiresInMinutes": 60}


class OtherLinkOut(Wire):
    """`kind`: sourceFromPhone, fromPhone or phone."""

    kind: str
    link: str

    example = {"kind": "phone", "link": "https://desk.example.com/?phone=%2B380501234567"}


class LinkBuildOut(Wire):
    link: str
    expires_at: str | None
    others: list[OtherLinkOut]

    example = {
        "link": "https://desk.example.com/?chat_raw_id=5",
        "expiresAt": None,
        "others": [OtherLinkOut.example],
    }

    @classmethod
    def of(cls, made: BuiltLink) -> "LinkBuildOut":
        return cls(
            link=made.link,
            expires_at=time_or_none(made.expires_at),
            others=[OtherLinkOut(kind=kind, link=link) for kind, link in made.others],
        )
