"""What each platform's calls look like, and how it proves that they are its own.

Written from the platforms' documents and from nothing of ours: neither a connector nor its
simulator can agree with itself here. A source of the registry has a voice, or is in `SILENT`.
"""

import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from typing_extensions import override

from opdesk.channels import actions as channels
from opdesk.channels.model import Channel, ChannelState, Source
from opdesk.chats.model import MessageStatus
from opdesk.kit.context import Tx
from opdesk.kit.keyring import Vault

Event = Mapping[str, Any]


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


class Telegram(Voice):
    """The header repeats the secret that we gave it; order within a second is by message_id."""

    source = Source.TELEGRAM_BOT
    header = "x-telegram-bot-api-secret-token"
    signs_body = False
    steps_ms = (1_000, 0, 0)

    @property
    @override
    def settings(self) -> Mapping[str, str]:
        return {"botToken": f"1000:{self.key}", "apiBaseUrl": "https://api.telegram.org"}

    @property
    @override
    def account_id(self) -> str:
        return f"bot-{self.name}"

    @override
    def proof(self, channel: Channel, body: bytes) -> str:
        return channel.webhook_secret

    @override
    def chat_id(self, chat: int) -> str:
        return str(2_000_000_000 + chat)

    @override
    def message_id(self, said: Said) -> str:
        return f"{self.chat_id(said.chat)}:{said.number}"

    def _message(self, said: Said, text: str) -> Event:
        person = {"id": int(self.chat_id(said.chat)), "first_name": f"Customer {said.chat}"}
        return {
            "message_id": said.number,
            "date": said.at // 1_000,
            "from": {**person, "is_bot": False},
            "chat": {**person, "type": "private"},
            "text": text,
        }

    @override
    def text(self, said: Said) -> Event:
        return {"update_id": 10 * said.number, "message": self._message(said, said.text)}

    @override
    def edit(self, said: Said, text: str) -> Event:
        message = {**self._message(said, text), "edit_date": said.at // 1_000 + 60}
        return {"update_id": 10 * said.number + 1, "edited_message": message}


class ViberBot(Voice):
    """The lower-case hex HMAC-SHA256 of the body by the bot's token."""

    source = Source.VIBER_BOT
    header = "x-viber-content-signature"
    signs_body = True
    steps_ms = (1, 400, 1_000)

    @property
    @override
    def settings(self) -> Mapping[str, str]:
        return {
            "authToken": self.key,
            "senderName": self.name,
            "apiBaseUrl": "https://chatapi.viber.com/pa",
        }

    @property
    @override
    def account_id(self) -> str:
        return f"pa:{self.name}"

    @override
    def proof(self, channel: Channel, body: bytes) -> str:
        return hex_hmac(self.key, body)

    @override
    def chat_id(self, chat: int) -> str:
        return f"{chat:011}A="

    @override
    def message_id(self, said: Said) -> str:
        return str(4_912_661_846_655_238_145 + said.number)

    @override
    def text(self, said: Said) -> Event:
        return {
            "event": "message",
            "timestamp": said.at,
            "message_token": int(self.message_id(said)),
            "sender": {"id": self.chat_id(said.chat), "name": f"Customer {said.chat}"},
            "message": {"type": "text", "text": said.text},
        }

    @override
    def receipt(self, chat: int, sent_id: str, status: MessageStatus, at: int) -> Event:
        return {
            "event": "seen" if status is MessageStatus.READ else "delivered",
            "timestamp": at,
            "message_token": int(sent_id),
            "user_id": self.chat_id(chat),
        }


class Viber(Voice):
    """SMSBAT signs nothing: the address is the proof."""

    source = Source.VIBER
    header = None
    signs_body = False

    @property
    @override
    def settings(self) -> Mapping[str, str]:
        return {
            "apiToken": self.key,
            "alphaName": self.account_id,
            "apiBaseUrl": "https://restapi.smsbat.com",
        }

    @property
    @override
    def account_id(self) -> str:
        return f"Brand {self.name}"

    @override
    def proof(self, channel: Channel, body: bytes) -> str:
        return channel.webhook_secret

    @override
    def chat_id(self, chat: int) -> str:
        return str(380_500_000_000 + chat)

    @override
    def message_id(self, said: Said) -> str:
        return f"0f8fad5b-d9cb-469f-a165-{said.number:012}"

    @override
    def text(self, said: Said) -> Event:
        at = datetime.fromtimestamp(said.at // 1_000, UTC)
        return {
            "idUuid": self.message_id(said),
            "alphaName": self.account_id,
            "phoneNumber": self.chat_id(said.chat),
            "text": said.text,
            "dt": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        }

    @override
    def receipt(self, chat: int, sent_id: str, status: MessageStatus, at: int) -> Event:
        told = "read" if status is MessageStatus.READ else "delivered"
        return {"messageId": sent_id, "deliverystatus": told, "timestamp": at // 1_000}


class Meta(Voice):
    """`sha256=` and the hex HMAC-SHA256 of the body by the app's secret."""

    header = "x-hub-signature-256"
    signs_body = True
    most_in_call = 8

    @property
    @override
    def settings(self) -> Mapping[str, str]:
        return {
            "appId": "777000777",
            "appSecret": self.key,
            "verifyToken": f"verify-{self.name}",
            "pageId": self.account_id,
            "pageToken": "a page's token",
        }

    @override
    def proof(self, channel: Channel, body: bytes) -> str:
        return f"sha256={hex_hmac(self.key, body)}"


class Whatsapp(Meta):
    source = Source.WHATSAPP

    @property
    @override
    def settings(self) -> Mapping[str, str]:
        ours = {"phoneNumberId": self.account_id, "wabaId": "1029384756", "accessToken": "a token"}
        return {**super().settings, **ours}

    @property
    @override
    def account_id(self) -> str:
        return str(int(self.key[:10], 16))

    @override
    def chat_id(self, chat: int) -> str:
        return str(380_670_000_000 + chat)

    @override
    def message_id(self, said: Said) -> str:
        return f"wamid.{self.key[:6]}{said.number}"

    @override
    def sent_id(self, number: int) -> str:
        return f"wamid.ours{number}"

    def _message(self, said: Said, step: int, kind: str, content: Event) -> Event:
        number = self.message_id(said) if step == 0 else f"{self.message_id(said)}.{step}"
        at = str(said.at // 1_000 + 60 * step)
        place = {"from": self.chat_id(said.chat), "id": number, "timestamp": at}
        return {"messages": [{**place, "type": kind, kind: content}], "chat": said.chat}

    @override
    def text(self, said: Said) -> Event:
        return self._message(said, 0, "text", {"body": said.text})

    @override
    def edit(self, said: Said, text: str) -> Event:
        message = {"type": "text", "text": {"body": text}}
        content = {"original_message_id": self.message_id(said), "message": message}
        return self._message(said, 1, "edit", content)

    @override
    def deletion(self, said: Said) -> Event:
        return self._message(said, 2, "revoke", {"original_message_id": self.message_id(said)})

    @override
    def reaction(self, said: Said, emoji: str) -> Event:
        content = {"message_id": self.message_id(said), "emoji": emoji}
        return self._message(said, 3, "reaction", content)

    @override
    def receipt(self, chat: int, sent_id: str, status: MessageStatus, at: int) -> Event:
        told = {
            "id": sent_id,
            "status": "read" if status is MessageStatus.READ else "delivered",
            "timestamp": str(at // 1_000),
            "recipient_id": self.chat_id(chat),
        }
        return {"statuses": [told], "chat": chat}

    @override
    def body(self, events: Sequence[Event]) -> bytes:
        changes = [{"field": "messages", "value": self._value(event)} for event in events]
        entry = {"id": "1029384756", "changes": changes}
        return encoded({"object": "whatsapp_business_account", "entry": [entry]})

    def _value(self, event: Event) -> Event:
        chat = event["chat"]
        told = {name: event[name] for name in ("messages", "statuses") if name in event}
        numbers = {"display_phone_number": "380440000000", "phone_number_id": self.account_id}
        person = {"profile": {"name": f"Customer {chat}"}, "wa_id": self.chat_id(chat)}
        return {"messaging_product": "whatsapp", "metadata": numbers, "contacts": [person], **told}


class Messenger(Meta):
    """What Facebook and Instagram share."""

    object: ClassVar[str]
    steps_ms = (1, 300, 1_000)

    @property
    @override
    def account_id(self) -> str:
        return str(int(self.key[:12], 16))

    @override
    def chat_id(self, chat: int) -> str:
        return str(7_000_000_000_000 + chat)

    @override
    def message_id(self, said: Said) -> str:
        return f"m_{self.key[:8]}-{said.number}"

    @override
    def sent_id(self, number: int) -> str:
        return f"m_ours-{number}"

    def _of_customer(self, chat: int, at: int, told: Event) -> Event:
        customer, account = {"id": self.chat_id(chat)}, {"id": self.account_id}
        return {"sender": customer, "recipient": account, "timestamp": at, **told}

    @override
    def text(self, said: Said) -> Event:
        message = {"mid": self.message_id(said), "text": said.text}
        return self._of_customer(said.chat, said.at, {"message": message})

    @override
    def reaction(self, said: Said, emoji: str) -> Event:
        told = {"mid": self.message_id(said), "action": "react", "emoji": emoji}
        return self._of_customer(said.chat, said.at + 5_000, {"reaction": told})

    @override
    def body(self, events: Sequence[Event]) -> bytes:
        entry = {"id": self.account_id, "time": 1_700_000_000_000, "messaging": list(events)}
        return encoded({"object": self.object, "entry": [entry]})


class Facebook(Messenger):
    source = Source.FACEBOOK
    object = "page"

    @override
    def edit(self, said: Said, text: str) -> Event:
        told = {"mid": self.message_id(said), "text": text, "num_edit": 1}
        return self._of_customer(said.chat, said.at + 4_000, {"message_edit": told})

    @override
    def receipt(self, chat: int, sent_id: str, status: MessageStatus, at: int) -> Event | None:
        """Reading is told by a time, of all that was sent until then."""
        if status is MessageStatus.READ:
            return None
        return self._of_customer(chat, at, {"delivery": {"mids": [sent_id]}})


class Instagram(Messenger):
    source = Source.INSTAGRAM
    object = "instagram"

    @property
    @override
    def settings(self) -> Mapping[str, str]:
        """By Instagram's own login, whose app has a secret of its own beside Facebook's."""
        ours = {"loginRoute": "instagram", "instagramAppId": "1", "instagramAppSecret": self.key}
        others = {"appSecret": f"facebook-{self.key}", "accountId": self.account_id}
        return {**super().settings, **ours, **others}

    @override
    def deletion(self, said: Said) -> Event:
        message = {"mid": self.message_id(said), "is_deleted": True}
        return self._of_customer(said.chat, said.at + 6_000, {"message": message})

    @override
    def receipt(self, chat: int, sent_id: str, status: MessageStatus, at: int) -> Event | None:
        """There is no delivery; the event may name neither of the two."""
        return {"timestamp": at, "read": {"mid": sent_id}} if status is MessageStatus.READ else None


VOICES: Mapping[Source, type[Voice]] = {
    one.source: one for one in (Viber, ViberBot, Telegram, Whatsapp, Facebook, Instagram)
}
SILENT = {Source.ROZETKA, Source.WIDGET}
"""Nobody may call their webhooks: Rozetka is polled, the widget has calls of its own."""
