"""What the outbox calls: send an operator's message, fetch a platform's file."""

from dataclasses import dataclass

from opdesk.channels import access as channels, actions as channel_actions
from opdesk.channels.model import Channel, Trouble
from opdesk.chats import actions as chats
from opdesk.chats.model import Chat, Message, MessageStatus
from opdesk.connectors.base import DeliveryError, Outbound, OutboundFile, Problem
from opdesk.connectors.registry import CONNECTORS, connector_of
from opdesk.kit.clock import HOUR_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Invalid
from opdesk.kit.formats import mime_type_of
from opdesk.kit.http_client import HttpClient
from opdesk.kit.keyring import Vault
from opdesk.kit.log import get_logger
from opdesk.kit.outbox import Job, Record, RetryLater
from opdesk.media import actions as media
from opdesk.media.access import Addresses, Files
from opdesk.media.errors import FileTooLarge
from opdesk.media.model import Media, StoredFile

log = get_logger(__name__)
GIVE_UP_MS = 24 * HOUR_MS
"""A message that could not be sent for a day is rejected: the customer has waited long enough."""
MAX_FETCHES = 12
"""About half an hour of attempts."""


def check_message(chat: Chat, text: str, file: Media | None) -> None:
    """Raises Invalid when the chat's channel can't take a text with a file; nothing is split."""
    connector = CONNECTORS.get(chat.source)
    if connector is None:
        raise Invalid("this chat's source is not served")
    limits = connector.declaration.limits
    most = limits.caption_chars if file is not None else limits.text_chars
    if len(text) > most:
        beside = " beside a file" if file is not None else ""
        raise Invalid.field(
            "textMessage", f"has {len(text)} characters; this channel takes {most}{beside}"
        )
    if file is None:
        return
    largest = limits.bytes_of(file.type)
    if file.size > largest:
        raise Invalid.field("media", f"has {file.size} bytes; this channel takes at most {largest}")


@dataclass(frozen=True, slots=True)
class _Dispatch:
    """All that a send needs, read in one go."""

    message: Message
    channel: Channel | None
    out: Outbound


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where files lie, and the addresses under which a platform can fetch them."""

    files: Files
    addresses: Addresses


class Delivery:
    """Sends and fetches; the outbox brings the jobs, in order within a chat."""

    def __init__(self, db: Database, vault: Vault, http: HttpClient, shelf: Shelf) -> None:
        self._db, self._vault, self._http = db, vault, http
        self._files, self._addresses = shelf.files, shelf.addresses

    async def send(self, job: Job) -> Record | None:
        """Deliver a message. A send that was cut off is never repeated: it may have arrived."""
        dispatch = await self._db.read(self._dispatch, job)
        if dispatch is None:
            return None
        message, channel = dispatch.message, dispatch.channel
        if job.was_interrupted:
            return _recorded(message, MessageStatus.NEW, chats.UNCERTAIN)
        if channel is None or not channel.is_writable:
            return _recorded(message, MessageStatus.REJECTED, Problem.DISCONNECTED)
        try:
            external_id = await connector_of(channel, self._http).send(dispatch.out)
        except DeliveryError as error:
            failed = _failed(message, error, job)
            trouble = _trouble_of(error)
            return _noted(channel, trouble, failed) if trouble else failed
        sent = _recorded(message, MessageStatus.SUCCESS, None, external_id)
        was_refused = channel.problem is not None and channel.problem.code == Problem.AUTH.value
        return _noted(channel, None, sent) if was_refused else sent

    async def fetch(self, job: Job) -> Record | None:
        """Bring a platform's file here, so that it is there when the platform drops it."""
        payload = job.payload
        place = (job.company_id, payload["media"], payload["message"])
        channel = await self._db.read(
            channels.find_any, self._vault, job.company_id, payload["channel"]
        )
        if channel is None or channel.is_deleted:
            return _fetch_failed(place)
        try:
            async with connector_of(channel, self._http).fetch(payload["reference"]) as chunks:
                file = await self._files.receive(chunks)
        except FileTooLarge:
            return _fetch_failed(place)
        except DeliveryError as error:
            if error.is_permanent or job.attempts >= MAX_FETCHES:
                log.warning("file_not_fetched", channel=channel.id, reason=error.problem.value)
                return _fetch_failed(place)
            raise RetryLater(error.problem.value, error.retry_after_s) from error
        return _fetched(place, self._files, file)

    def _dispatch(self, tx: Tx, job: Job) -> _Dispatch | None:
        """None when the message was deleted meanwhile."""
        message = chats.find_message(tx, job.company_id, job.payload["message"])
        chat = chats.find_chat(tx, job.company_id, message.chat_id) if message else None
        if message is None or chat is None or message.status is not MessageStatus.NEW:
            return None
        channel = channels.find_any(tx, self._vault, job.company_id, chat.channel_id)
        out = Outbound(
            message_id=message.id,
            chat_id=chat.external_id,
            text=message.text,
            file=self._file(message.media, tx.now),
        )
        return _Dispatch(message, channel, out)

    def _file(self, it: Media | None, now: int) -> OutboundFile | None:
        if it is None or it.digest is None:
            return None
        path = self._files.path(it.company_id, it.digest)
        mime = mime_type_of(it.format)
        url = self._addresses.url(it, now)
        return OutboundFile(path, it.name, it.format, it.type, it.size, mime, url)


def _recorded(
    message: Message, status: MessageStatus, error: str | None, external_id: str | None = None
) -> Record:
    def record(tx: Tx) -> None:
        chats.record_delivery(tx, message.company_id, message.id, status, error, external_id)

    return record


def _failed(message: Message, error: DeliveryError, job: Job) -> Record:
    """What a failed send becomes; raises RetryLater when it makes sense to try again."""
    if error.problem is Problem.UNCERTAIN:
        return _recorded(message, MessageStatus.NEW, chats.UNCERTAIN)
    if error.is_permanent:
        log.warning("message_rejected", message=message.id, reason=error.problem.value)
        return _recorded(message, MessageStatus.REJECTED, error.problem.value)
    if job.age_ms >= GIVE_UP_MS:
        return _recorded(message, MessageStatus.REJECTED, error.problem.value)
    raise RetryLater(error.problem.value, error.retry_after_s) from error


def _trouble_of(error: DeliveryError) -> Trouble | None:
    """A refusal that is the channel's own, not one message's: an admin has to see to it."""
    if error.problem is not Problem.AUTH:
        return None
    return Trouble(Problem.AUTH.value, {"words": str(error)})


def _noted(channel: Channel, trouble: Trouble | None, after: Record) -> Record:
    """Say at the channel that its key is refused, or that it is taken again."""

    def record(tx: Tx) -> None:
        after(tx)
        place = (channel.company_id, channel.id, channel.state)
        channel_actions.note_problem(tx, *place, trouble)

    return record


Place = tuple[int, int, int]
"""(company, media, message)"""


def _fetched(place: Place, files: Files, file: StoredFile) -> Record:
    def record(tx: Tx) -> None:
        company_id, media_id, message_id = place
        if media.find(tx, company_id, media_id) is None:
            files.drop(file)  # deleted while it was on its way
            return
        media.fill(tx, files, media.get(tx, company_id, media_id), file)
        chats.tell_media_changed(tx, company_id, message_id)

    return record


def _fetch_failed(place: Place) -> Record:
    def record(tx: Tx) -> None:
        company_id, media_id, message_id = place
        media.fail(tx, company_id, media_id)
        chats.tell_media_changed(tx, company_id, message_id)

    return record
