"""What calls of WhatsApp, Messenger and Instagram look like."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from opdesk.channels.model import Channel, Source
from opdesk.chats.model import MessageStatus
from tests.connectors.voice import NOWHERE, Event, Said, Voice, encoded, hex_hmac


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
            "graphUrl": NOWHERE,
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
        return {**super().settings, **ours, "apiBaseUrl": NOWHERE}

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
        calls = {"instagramToken": "a token", "instagramUrl": NOWHERE}
        return {**super().settings, **ours, **others, **calls}

    @override
    def deletion(self, said: Said) -> Event:
        message = {"mid": self.message_id(said), "is_deleted": True}
        return self._of_customer(said.chat, said.at + 6_000, {"message": message})

    @override
    def receipt(self, chat: int, sent_id: str, status: MessageStatus, at: int) -> Event | None:
        """There is no delivery; the event may name neither of the two."""
        return {"timestamp": at, "read": {"mid": sent_id}} if status is MessageStatus.READ else None
