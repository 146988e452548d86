"""The contract's section Channels."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.accounts.model import CompanyCaller
from opdesk.channels import actions as channels
from opdesk.channels.model import Channel
from opdesk.chats import actions as chats
from opdesk.chats.model import Message
from opdesk.connectors.actions import ChannelChange, NewChannel, Switchboard
from opdesk.connectors.given import language_in
from opdesk.connectors.registry import CONNECTORS
from opdesk.connectors.trial import TestSend, list_recent, send_test
from opdesk.connectors.wire import (
    ChannelChangeIn,
    ChannelIn,
    ChannelOut,
    CheckOut,
    RecentChatOut,
    SourceOut,
    TestMessageIn,
)
from opdesk.kit.endpoint import COMPANY_ONLY, Db, Given, empty
from opdesk.kit.keyring import Vault
from opdesk.kit.query import described, flag, id_or_none
from opdesk.media.access import Files

Company = Given[CompanyCaller]
SecretVault = Given[Vault]
Board = Given[Switchboard]
MediaFiles = Given[Files]
ChannelCheck = Given[chats.Check]
MessageShape = Given[Callable[[Message], Any]]
"""A message as the API shows it; the composition root brings it."""
LanguageOf = Annotated[str | None, described("language", "Of the texts: uk (if not given) or en")]
OrganizationId = Annotated[str | None, described("organizationId", "Whose channels", "integer")]
Force = Annotated[
    str | None,
    described("force", "Save although the platform can't be reached, switched off", "boolean"),
]


@get("/api/channel", opt=COMPANY_ONLY, tags=["Channels"])
async def list_channels(
    db: Db,
    company: Company,
    vault: SecretVault,
    board: Board,
    organization_id: OrganizationId = None,
    language: LanguageOf = None,
) -> list[ChannelOut]:
    """The connected accounts of an organization, or of the whole company."""
    told = language_in(language)
    wanted = id_or_none("organizationId", organization_id)
    found = await db.read(channels.list_channels, vault, company.company_id, wanted)
    return [_shown(board, channel, told) for channel in found]


@get("/api/channel/source", opt=COMPANY_ONLY, tags=["Channels"])
async def list_sources(language: LanguageOf = None) -> list[SourceOut]:
    """Every source that can be connected: what its page is drawn from."""
    told = language_in(language)
    found = sorted(CONNECTORS.items())
    return [SourceOut.of(source, one.declaration, told) for source, one in found]


@post("/api/channel", status_code=200, opt=COMPANY_ONLY, tags=["Channels"])
async def add_channel(
    company: Company,
    board: Board,
    data: JSONBody[ChannelIn],
    force: Force = None,
    language: LanguageOf = None,
) -> ChannelOut:
    """Connect an account. The platform is asked who we are, and given our webhook, before this

    answers. 400: it refuses, with its words. 503: it does not answer, and nothing is saved;
    `?force=true` saves the channel switched off.
    """
    told = language_in(language)
    new = NewChannel(data.organization_id, data.source, data.from_, data.settings)
    return _shown(board, await board.connect(company, new, is_forced=flag("force", force)), told)


@put("/api/channel/{channel_id:int}", opt=COMPANY_ONLY, tags=["Channels"])
async def change_channel(
    company: Company,
    board: Board,
    channel_id: FromPath[int],
    data: JSONBody[ChannelChangeIn],
    force: Force = None,
    language: LanguageOf = None,
) -> ChannelOut:
    """Change a channel's public name or settings, or switch it off and on."""
    told = language_in(language)
    change = ChannelChange(data.from_, data.settings, data.is_enabled)
    changed = await board.change(company, channel_id, change, is_forced=flag("force", force))
    return _shown(board, changed, told)


@delete("/api/channel/{channel_id:int}", status_code=200, opt=COMPANY_ONLY, tags=["Channels"])
async def delete_channel(
    company: Company, board: Board, channel_id: FromPath[int]
) -> Response[bytes]:
    """Disconnect an account. Its chats stay, read-only; its settings are forgotten."""
    await board.disconnect(company, channel_id)
    return empty()


@post("/api/channel/{channel_id:int}/check", status_code=200, opt=COMPANY_ONLY, tags=["Channels"])
async def check_channel(
    company: Company, board: Board, channel_id: FromPath[int], language: LanguageOf = None
) -> CheckOut:
    """Ask the platform whether everything is in order."""
    told = language_in(language)
    channel, troubles = await board.check(company, channel_id)
    return CheckOut.of(CONNECTORS[channel.source].declaration, troubles, told)


@get("/api/channel/{channel_id:int}/recent", opt=COMPANY_ONLY, tags=["Channels"])
async def list_recent_chats(
    db: Db, company: Company, vault: SecretVault, channel_id: FromPath[int]
) -> list[RecentChatOut]:
    """The channel's 20 chats with the newest activity: where a test message could go."""
    found = await db.read_slow(list_recent, vault, company, channel_id)
    return [RecentChatOut.of(chat) for chat in found]


@post("/api/channel/{channel_id:int}/test", status_code=200, opt=COMPANY_ONLY, tags=["Channels"])
async def send_test_message(
    db: Db,
    company: Company,
    vault: SecretVault,
    files: MediaFiles,
    channel_check: ChannelCheck,
    message_shape: MessageShape,
    channel_id: FromPath[int],
    data: JSONBody[TestMessageIn],
) -> Any:
    """Send a test message to a chat of this channel, in its organization's language.

    It stands in the chat like every message of the company; its status says whether the platform
    took it. 400: a chat of another channel. 409: the channel is switched off.
    """
    way, place = TestSend(files, channel_check), (channel_id, data.chat_id)
    return message_shape(await db.write(send_test, vault, way, company, place))


def _shown(board: Switchboard, channel: Channel, language: str) -> ChannelOut:
    declaration = CONNECTORS[channel.source].declaration
    return ChannelOut.of(channel, board.webhook_url(channel), declaration, language)


ROUTES = (
    list_channels,
    list_sources,
    add_channel,
    change_channel,
    delete_channel,
    check_channel,
    list_recent_chats,
    send_test_message,
)
