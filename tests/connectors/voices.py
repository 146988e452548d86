"""Every platform that calls us, by its source.

A source of the registry has a voice here, or is in `SILENT`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from typing_extensions import override

from opdesk.channels.model import Channel, Source
from opdesk.chats.model import MessageStatus
from tests.connectors.meta_voices import Facebook, Instagram, Whatsapp
from tests.connectors.voice import NOWHERE, Event, Said, Voice, hex_hmac


class Telegram(Voice):
    """The header repeats the secret that we gave it; order within a second is by message_id."""

    source = Source.TELEGRAM_BOT
    header = "x-telegram-bot-api-secret-token"
    signs_body = False
    steps_ms = (1_000, 0, 0)

    @property
    @override
    def settings(self) -> Mapping[str, str]:
        return {"botToken": f"1000:{self.key}", "apiBaseUrl": NOWHERE}

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
            "apiBaseUrl": NOWHERE,
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
            "apiBaseUrl": NOWHERE,
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


VOICES: Mapping[Source, type[Voice]] = {
    one.source: one for one in (Viber, ViberBot, Telegram, Whatsapp, Facebook, Instagram)
}
SILENT = {Source.ROZETKA, Source.WIDGET}
"""Nobody may call their webhooks: Rozetka is polled, the widget has calls of its own."""
