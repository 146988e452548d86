"""A chat's client: what is known of the person, and which contacts are theirs."""

from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.chats import actions
from opdesk.chats.endpoints.parameters import AnyCaller
from opdesk.chats.wire import ClientAboutIn, ClientAboutOut, ClientCardOut, OtherChatIn
from opdesk.contacts.errors import AboutChanged
from opdesk.kit.endpoint import Db


@get("/api/chat/{chat_id:int}/client", tags=["Chats"])
async def get_client(db: Db, caller: AnyCaller, chat_id: FromPath[int]) -> ClientCardOut:
    """Whom a chat is with: phones, ids on each source, the person's other chats, and who else

    may be the same person because of a phone. An operator sees what chats of their own
    organization show.
    """
    return ClientCardOut.of(await db.read(actions.get_client, caller, chat_id))


@post("/api/chat/{chat_id:int}/client/join", status_code=200, tags=["Chats"])
async def join_clients(
    db: Db, caller: AnyCaller, chat_id: FromPath[int], data: JSONBody[OtherChatIn]
) -> ClientCardOut:
    """The clients of two chats are one person: a suggestion is accepted, or a join made by hand.

    Chats, messages and contacts stay as they are; DELETE undoes it. Once joined, nothing happens.
    """
    return ClientCardOut.of(await db.write(actions.join_clients, caller, chat_id, data.chat_id))


@delete("/api/chat/{chat_id:int}/client/join", status_code=200, tags=["Chats"])
async def separate_client(db: Db, caller: AnyCaller, chat_id: FromPath[int]) -> ClientCardOut:
    """The chat's client is another person than those that they are joined with.

    Contacts with the same attested phone as this client's leave with them; when nobody else is
    joined, this client leaves alone. They are neither joined by a phone nor suggested again. Of a
    client who is not joined nothing changes.
    """
    return ClientCardOut.of(await db.write(actions.separate_client, caller, chat_id))


@post("/api/chat/{chat_id:int}/client/apart", status_code=200, tags=["Chats"])
async def keep_clients_apart(
    db: Db, caller: AnyCaller, chat_id: FromPath[int], data: JSONBody[OtherChatIn]
) -> ClientCardOut:
    """The clients of two chats are two people: a suggestion is dismissed, for good.

    409 for two that are joined: separate them first.
    """
    card = await db.write(actions.keep_clients_apart, caller, chat_id, data.chat_id)
    return ClientCardOut.of(card)


@put("/api/chat/{chat_id:int}/client/about", tags=["Chats"])
async def describe_client(
    db: Db, caller: AnyCaller, chat_id: FromPath[int], data: JSONBody[ClientAboutIn]
) -> ClientCardOut:
    """Write down something about a chat's client, in place of what was there. They never see it.

    A note (at most 4000 characters) and at most 20 fields. 409 when `version` isn't the one that
    stands there (`about` of the answer): a colleague has written since.
    """
    try:
        card = await db.write(actions.describe_client, caller, chat_id, data.to_about())
    except AboutChanged as changed:
        members: dict[str, Any] = changed.members
        members["about"] = ClientAboutOut.of(changed.about)
        raise
    return ClientCardOut.of(card)


ROUTES = (get_client, join_clients, separate_client, keep_clients_apart, describe_client)
