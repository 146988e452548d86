"""What each platform's calls look like, and how it proves that they are its own.

Written from the platforms' documents and from nothing of ours: neither a connector nor its
simulator can agree with itself here.
"""

import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from opdesk.channels import actions as channels
from opdesk.channels.model import Channel, ChannelState, Source
from opdesk.chats.model import MessageStatus
from opdesk.kit.context import Tx
from opdesk.kit.keyring import Vault

Event = Mapping[str, Any]
NOWHERE = "https://192.0.2.1"
"""Where a connector would call its platform: an address that is refused without a packet."""


@dataclass(frozen=True, slots=True)
class Said:
    """A customer's text: the `number`th of the channel, in the `chat`th chat, at a time (ms)."""

    number: int
    chat: int
    at: int
    text: str


class Voice(ABC):
    """One platform calling one channel's webhook.

    `header` carries the proof, in lower case; None: the address does. `signs_body`: the proof is
    of these very bytes. `steps_ms`: how close two messages of a chat may be and still have an
    order, in turns. `most_in_call` events fit into one call. Events of a kind that the platform
    does not have are None.
    """

    source: ClassVar[Source]
    header: ClassVar[str | None]
    signs_body: ClassVar[bool]
    steps_ms: ClassVar[tuple[int, ...]] = (1_000,)
    most_in_call: ClassVar[int] = 1

    def __init__(self, name: str) -> None:
        """`name` tells the accounts of one platform apart; their keys differ."""
        self.name = name
        self.key = hashlib.sha256(f"{self.source.name} {name}".encode()).hexdigest()[:32]

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, str]: ...

    @property
    @abstractmethod
    def account_id(self) -> str: ...

    @abstractmethod
    def proof(self, channel: Channel, body: bytes) -> str:
        """What stands in the header, or at the end of the address."""

    @abstractmethod
    def chat_id(self, chat: int) -> str: ...

    @abstractmethod
    def message_id(self, said: Said) -> str:
        """What the platform calls a customer's text."""

    @abstractmethod
    def text(self, said: Said) -> Event: ...

    def edit(self, said: Said, text: str) -> Event | None:
        return None

    def deletion(self, said: Said) -> Event | None:
        return None

    def reaction(self, said: Said, emoji: str) -> Event | None:
        return None

    def receipt(self, chat: int, sent_id: str, status: MessageStatus, at: int) -> Event | None:
        """That a message of ours was delivered or read."""
        return None

    def sent_id(self, number: int) -> str:
        """What the platform calls our own `number`th message."""
        return f"{5_000_000_000 + number}"

    def body(self, events: Sequence[Event]) -> bytes:
        [event] = events
        return encoded(event)

    def connected(
        self, tx: Tx, vault: Vault, place: tuple[int, int], source: Source | None = None
    ) -> Channel:
        """A channel of (company, organization) as it is once its platform has let us in.

        `source`: another one's channel that this voice is to call.
        """
        return channels.add(
            tx,
            vault,
            Channel(
                id=channels.reserve_id(tx, *place),
                company_id=place[0],
                organization_id=place[1],
                source=self.source if source is None else source,
                sender=self.name,
                account_id=self.account_id,
                settings=dict(self.settings),
                webhook_secret=f"hook-{self.key[::-1]}_{self.name}",
                is_enabled=True,
                is_deleted=False,
                state=ChannelState.WEBHOOK,
                problem=None,
                poll_offset=0,
            ),
        )


def encoded(event: Event) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def hex_hmac(key: str, body: bytes) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
