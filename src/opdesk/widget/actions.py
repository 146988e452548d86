"""What visitors do: be known, write, read."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from opdesk.accounts import access as accounts
from opdesk.channels.model import Channel
from opdesk.chats import actions as chats
from opdesk.chats.model import NEWEST, Chat, MessageStatus
from opdesk.kit import outbox
from opdesk.kit.clock import DAY_MS
from opdesk.kit.context import Tx
from opdesk.kit.errors import Unavailable
from opdesk.kit.ids import new_secret
from opdesk.kit.mail import Letter, Mailer
from opdesk.media import actions as media
from opdesk.media.access import Files
from opdesk.media.model import MediaState
from opdesk.widget import store
from opdesk.widget.errors import SignatureWrong
from opdesk.widget.model import PAGE_SIZE, UK, Details, Identity, Note, Seen, Site, Visitor

UNUSED_MS = 180 * DAY_MS
"""How long a browser that does not come back is remembered."""
_KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Way:
    """What a message passes on its way in: `take_in` stores an envelope and what it says."""

    files: Files
    mailer: Mailer
    take_in: Callable[[Tx, Channel, bytes], None]
    base_url: str


@dataclass(frozen=True, slots=True)
class View:
    """A visitor's chat as their page shows it. `chat` None: nothing was written yet."""

    chat: Chat | None
    shown: list[chats.Shown]
    has_more: bool
    read_up_to: int


def begin(
    tx: Tx, site: Site, token: str | None, details: Details, identity: Identity | None
) -> tuple[str, Visitor]:
    """A token and the visitor who keeps it; the given token where it still stands for them.

    A signed user is the same visitor on every device. Who was anonymous until they logged in
    keeps their chat, unless the user has one already. Raises SignatureWrong.
    """
    place = _place(site)
    if identity is not None and not site.is_signed(identity.user_id, identity.signature):
        raise SignatureWrong("sign the user's id with the widget's key: HMAC-SHA256, in hex")
    known = store.find_by_token(tx, place, token) if token else None
    before = known[0] if known else None
    visitor = _of_user(tx, site, before, identity.user_id) if identity else before
    if visitor is None:
        visitor = _made(tx, site, identity.user_id if identity else None)
    told = details.over(visitor.details)
    if told != visitor.details:
        store.update_details(tx, place, visitor.key, told)
        visitor = Visitor(visitor.key, visitor.user_id, told)
    if token and before is not None and before.key == visitor.key:
        return token, visitor
    fresh = new_secret()
    store.insert_session(tx, place, visitor.key, fresh)
    return fresh, visitor


def _of_user(tx: Tx, site: Site, before: Visitor | None, user_id: str) -> Visitor | None:
    place = _place(site)
    found = store.find_by_user(tx, place, user_id)
    if found is not None or before is None or before.user_id is not None:
        return found
    store.update_user(tx, place, before.key, user_id)
    return Visitor(before.key, user_id, before.details)


def _made(tx: Tx, site: Site, user_id: str | None) -> Visitor:
    new = Visitor(new_secret(_KEY_BYTES), user_id, Details())
    if store.insert_visitor(tx, _place(site), new):
        return new
    known = store.find_by_user(tx, _place(site), user_id or "")
    return known or _made(tx, site, user_id)


def note_use(tx: Tx, site: Site, token: str) -> None:
    """A browser came back."""
    store.touch_session(tx, _place(site), token)


def say(tx: Tx, way: Way, site: Site, visitor: Visitor, note: Note) -> chats.Shown:
    """Store what a visitor wrote, as every source's messages are: envelope, message and events.

    The same key again answers the first message. Before the first message with new details a
    message tells them. The bytes of a file are taken over in this transaction.
    """
    _tell_details(tx, way, site, visitor)
    return _stored(tx, way, site, visitor, note)


def leave(tx: Tx, way: Way, site: Site, visitor: Visitor, note: Note) -> chats.Shown:
    """A question outside working hours: a message, and a letter where one can be sent."""
    channel = site.channel
    is_new = chats.find_received(tx, channel, _external(visitor, note.key)) is None
    said = say(tx, way, site, visitor, note)
    to = site.setting("offlineMail")
    if is_new and to and way.mailer.is_there:
        organization = accounts.organization(tx, channel.company_id, channel.organization_id)
        link = f"{way.base_url}/chats/{said.message.chat_id}"
        letter = _letter(to, site, visitor, note.text, link, organization.language)
        way.mailer.put(tx, channel.company_id, letter)
    return said


def _letter(to: str, site: Site, visitor: Visitor, text: str, link: str, language: str) -> Letter:
    subject = "Запитання з сайту" if language == UK else "A question from the site"
    lines = [*visitor.details.lines, "", text, "", link]
    return Letter(to, f"{subject} {site.channel.sender}", "\n".join(lines))


def _tell_details(tx: Tx, way: Way, site: Site, visitor: Visitor) -> None:
    """Phone and mail are no more than what the visitor says, so they stand as their words."""
    details = visitor.details
    if not (details.phone or details.email):
        return
    note = Note(f"details-{details.digest}", "\n".join(details.lines))
    if chats.find_received(tx, site.channel, _external(visitor, note.key)) is None:
        _stored(tx, way, site, visitor, note)


def _stored(tx: Tx, way: Way, site: Site, visitor: Visitor, note: Note) -> chats.Shown:
    channel = site.channel
    organization = accounts.organization(tx, channel.company_id, channel.organization_id)
    way.take_in(tx, channel, _envelope(tx, visitor, note, organization.language))
    external_id = _external(visitor, note.key)
    message = chats.find_received(tx, channel, external_id)
    if message is None:
        raise Unavailable("the message was not stored; send it again")
    if note.file is not None and message.media and message.media.state is MediaState.LOADING:
        media.fill(tx, way.files, message.media, note.file.stored)
        # It came with its message: there is nothing to fetch.
        outbox.forget_lane(tx, channel.company_id, f"media:{message.media.id}")
        filled = media.get(tx, channel.company_id, message.media.id)
        message = replace(message, media=filled)
    return chats.Shown(message, external_id)


def _envelope(tx: Tx, visitor: Visitor, note: Note, language: str) -> bytes:
    body = {
        "visitor": visitor.key,
        "id": note.key,
        "name": visitor.named(language),
        "text": note.text,
        "at": tx.now,
        "phone": visitor.details.phone,
    }
    if note.file is not None:
        file = note.file
        shown = {"name": file.name, "format": file.format, "type": int(file.type)}
        body["file"] = {**shown, "size": file.stored.size}
    return msgspec.json.encode(body)


def _external(visitor: Visitor, key: str) -> str:
    """A message's id on the channel, as the connector makes it of the envelope."""
    return f"{visitor.key}:{key}"


def view(tx: Tx, site: Site, visitor: Visitor, before: int = NEWEST) -> View:
    """The newest page of a visitor's chat, or the one before a message."""
    chat = chats.find_of_client(tx, site.channel, visitor.key)
    if chat is None:
        return View(None, [], False, 0)
    shown = chats.list_for_client(tx, chat, before, PAGE_SIZE + 1)
    return View(chat, shown[-PAGE_SIZE:], len(shown) > PAGE_SIZE, chats.newest_read(tx, chat))


def needs_marks(tx: Tx, site: Site, visitor: Visitor, seen: Seen) -> bool:
    """Whether what a page says it has shown is news."""
    chat = chats.find_of_client(tx, site.channel, visitor.key)
    return chat is not None and any(
        chats.unmarked(tx, chat, up_to, status) for up_to, status in _marks(seen)
    )


def mark(tx: Tx, site: Site, visitor: Visitor, seen: Seen) -> None:
    """Write down what a page has got, and what its visitor has seen."""
    chat = chats.find_of_client(tx, site.channel, visitor.key)
    if chat is not None:
        for up_to, status in _marks(seen):
            chats.mark_for_client(tx, chat, up_to, status)


def _marks(seen: Seen) -> list[tuple[int, MessageStatus]]:
    marks = ((seen.seen, MessageStatus.READ), (seen.got, MessageStatus.DELIVERED))
    return [(up_to, status) for up_to, status in marks if up_to]


def forget_visitor(tx: Tx, company_id: int, channel_id: int, key: str) -> None:
    """Delete everything about the visitor of a chat that is deleted."""
    store.delete_visitor(tx, (company_id, channel_id), key)


def forget_unused(tx: Tx) -> None:
    """Visitors whose browsers have not come back for 180 days; their chats stay."""
    store.delete_unused(tx, tx.now - UNUSED_MS)


def find_chat(tx: Tx, site: Site, visitor: Visitor) -> Chat | None:
    return chats.find_of_client(tx, site.channel, visitor.key)


def _place(site: Site) -> store.Place:
    return site.channel.company_id, site.channel.id
