"""Message templates of a platform: fetched, filled in, sent."""

import re
from collections import OrderedDict
from dataclasses import dataclass

from opdesk.channels import access as channels
from opdesk.channels.errors import PlatformUnreachable
from opdesk.channels.model import Channel
from opdesk.chats import access as chat_access, actions as chats
from opdesk.chats.model import Chat, Details, Draft, Message, TemplateFill
from opdesk.connectors.base import DeliveryError, Template
from opdesk.connectors.declaration import After
from opdesk.connectors.registry import connector_class, connector_of
from opdesk.kit.clock import Clock
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Invalid
from opdesk.kit.http_client import HttpClient
from opdesk.kit.keyring import Vault
from opdesk.media.access import Files
from opdesk.operators.model import Caller

KEPT_S = 300.0
MAX_CHANNELS = 1_000
MAX_VALUE_CHARS = 1_024
_PLACE = re.compile(r"\{\{(\w{1,64})\}\}")


def places_of(text: str) -> list[str]:
    """The names of a text's places, in order, each once: `{{1}}`, `{{name}}`."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def filled(text: str, values: tuple[str, ...]) -> str:
    """A template's text as the customer will read it."""
    named = dict(zip(places_of(text), values, strict=True))
    return _PLACE.sub(lambda found: named[found[1]], text)


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """Which template goes, with what in its places."""

    fill: TemplateFill
    client_key: str | None
    body_digest: str


class Templates:
    """A channel's approved templates, asked for again after five minutes."""

    def __init__(self, db: Database, vault: Vault, http: HttpClient, clock: Clock) -> None:
        self._db, self._vault, self._http, self._clock = db, vault, http, clock
        self._known: OrderedDict[int, tuple[float, list[Template]]] = OrderedDict()

    async def list_for(self, caller: Caller, chat_id: int) -> list[Template]:
        """Those that may be sent in a chat; [] where the platform has none.

        Raises ChatNotFound, PlatformUnreachable with the platform's words.
        """
        channel = await self._db.read(self._channel, caller, chat_id)
        return [] if channel is None else await self._of(channel)

    async def send(
        self, caller: Caller, chat_id: int, draft: TemplateDraft, way: tuple[Files, chats.Check]
    ) -> Message:
        """Send a filled template; its text stands in the chat as the customer reads it.

        Raises what `list_for` and `chats.send` do, and Invalid naming the field.
        """
        fill = draft.fill
        found = [
            one
            for one in await self.list_for(caller, chat_id)
            if (one.name, one.language) == (fill.name, fill.language)
        ]
        if not found:
            raise Invalid.field("name", "is no approved template in this language")
        text = _text_of(found[0], fill)
        message = Draft(
            text,
            client_key=draft.client_key,
            body_digest=draft.body_digest,
            details=Details(template=fill),
        )
        files, check = way
        return await self._db.write(chats.send, files, caller, chat_id, message, check)

    def _channel(self, tx: Tx, caller: Caller, chat_id: int) -> Channel | None:
        chat: Chat = chat_access.chat(tx, caller, chat_id)
        window = connector_class(chat.source).declaration.window
        if window is None or window.after is not After.TEMPLATES or not chat.is_writable:
            return None
        return channels.find_any(tx, self._vault, caller.company_id, chat.channel_id)

    async def _of(self, channel: Channel) -> list[Template]:
        now = self._clock.monotonic_s()
        known = self._known.get(channel.id)
        if known is not None and now - known[0] < KEPT_S:
            return known[1]
        try:
            found = await connector_of(channel, self._http).list_templates()
        except DeliveryError as error:
            raise PlatformUnreachable(f"the platform says: {error}") from error
        self._known[channel.id] = (now, found)
        self._known.move_to_end(channel.id)
        while len(self._known) > MAX_CHANNELS:
            self._known.popitem(last=False)
        return found


def _text_of(template: Template, fill: TemplateFill) -> str:
    parts = []
    for name, text, values in (
        ("header", template.header, fill.header),
        ("body", template.body, fill.body),
    ):
        places = places_of(text)
        if len(values) != len(places):
            raise Invalid.field(name, f"must have {len(places)} values: {', '.join(places)}")
        if any(not one.strip() or len(one) > MAX_VALUE_CHARS for one in values):
            raise Invalid.field(name, f"must have values of 1 to {MAX_VALUE_CHARS} characters")
        parts.append(filled(text, values))
    parts.append(template.footer)
    return "\n\n".join(part for part in parts if part)
