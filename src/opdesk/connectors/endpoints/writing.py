"""Begin a chat; whether and what may be written to one; templates; a second attempt."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, JSONBody

from opdesk.chats import actions as chats
from opdesk.chats.model import Chat, Message, TemplateFill
from opdesk.connectors.beginning import begin_chat
from opdesk.connectors.given import language_in
from opdesk.connectors.rules import allowance
from opdesk.connectors.templates import TemplateDraft, Templates
from opdesk.connectors.wire import BegunChatIn, CanSendOut, TemplateIn, TemplateOut
from opdesk.kit.endpoint import Db, Given, Now
from opdesk.kit.errors import Invalid
from opdesk.kit.keyring import Vault
from opdesk.kit.query import described
from opdesk.kit.text import clean_ours
from opdesk.kit.web import idempotency_key
from opdesk.media.access import Files
from opdesk.operators.model import Caller

AnyCaller = Given[Caller]
MediaFiles = Given[Files]
ChannelCheck = Given[chats.Check]
MessageShape = Given[Callable[[Message], Any]]
ChatShape = Given[Callable[[Chat], Any]]
SecretVault = Given[Vault]
TemplateShelf = Given[Templates]
LanguageOf = Annotated[str | None, described("language", "Of the text: uk (if not given) or en")]


@post("/api/chat", status_code=200, tags=["Chats"])
async def begin(
    db: Db,
    caller: AnyCaller,
    vault: SecretVault,
    chat_shape: ChatShape,
    data: JSONBody[BegunChatIn],
) -> Any:
    """Begin a chat with a phone, on a channel that may write first (Viber, WhatsApp).

    The answer is the chat of that channel with that phone, which may have been there before: it
    can be called often. A new one is Open and the operator's, with company credentials New and
    nobody's; nothing is sent yet. 400: not a phone, or the client writes first there. 404: no such
    channel. 409: it is switched off.
    """
    wanted = data.to_wanted()
    return chat_shape(await db.write(begin_chat, vault, caller, wanted))


@get("/api/chat/{chat_id:int}/can-send", tags=["Chats"])
async def can_send(
    db: Db, caller: AnyCaller, now: Now, chat_id: FromPath[int], language: LanguageOf = None
) -> CanSendOut:
    """Whether the chat's platform takes a message now, why not, and until when it does."""
    told = language_in(language)
    chat = await db.read(chats.get_chat, caller, chat_id)
    return CanSendOut.of(chat, allowance(chat, now), told)


@get("/api/chat/{chat_id:int}/templates", tags=["Chats"])
async def list_templates(
    caller: AnyCaller, templates: TemplateShelf, chat_id: FromPath[int]
) -> list[TemplateOut]:
    """The platform's approved templates that may be sent in this chat (WhatsApp); else none.

    503: the platform does not answer.
    """
    return [TemplateOut.of(one) for one in await templates.list_for(caller, chat_id)]


@post("/api/chat/{chat_id:int}/template", status_code=200, tags=["Chats"])
async def send_template(
    request: Request[Any, Any, Any],
    caller: AnyCaller,
    templates: TemplateShelf,
    files: MediaFiles,
    channel_check: ChannelCheck,
    message_shape: MessageShape,
    chat_id: FromPath[int],
    data: JSONBody[TemplateIn],
) -> Any:
    """Send a template with its places filled in; it may go when nothing else may.

    `Idempotency-Key` (or `clientMessageId`) as for a message. 400: no such template, or a place
    without a value.
    """
    key = idempotency_key(request.scope, data.client_message_id)
    draft = TemplateDraft(_fill_in(data), key, _digest(data))
    return message_shape(await templates.send(caller, chat_id, draft, (files, channel_check)))


@post("/api/chat/{chat_id:int}/messages/{message_id:int}/retry", status_code=200, tags=["Chats"])
async def retry_message(
    db: Db,
    caller: AnyCaller,
    channel_check: ChannelCheck,
    message_shape: MessageShape,
    chat_id: FromPath[int],
    message_id: FromPath[int],
) -> Any:
    """Send a message once more that was rejected, or whose fate is "uncertain".

    The same message is New again. 409: it is on its way or has arrived.
    """
    place = (caller, chat_id, message_id)
    return message_shape(await db.write(chats.retry, *place, channel_check))


def _fill_in(data: TemplateIn) -> TemplateFill:
    header_values = tuple(_value("header", one) for one in data.header)
    return TemplateFill(
        data.name, data.language, header_values, tuple(_value("body", one) for one in data.body)
    )


def _value(name: str, text: str) -> str:
    """A platform refuses line breaks and tabs in a place."""
    try:
        return " ".join(clean_ours(text, multiline=True).split())
    except ValueError as error:
        raise Invalid.field(name, str(error)) from error


def _digest(data: TemplateIn) -> str:
    decided = [data.name, data.language, data.header, data.body]
    return hashlib.sha256(msgspec.json.encode(decided)).hexdigest()


ROUTES = (begin, can_send, list_templates, send_template, retry_message)
