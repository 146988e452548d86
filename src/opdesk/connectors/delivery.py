"""What the outbox calls: send an operator's message, fetch a platform's file."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from opdesk.channels import access as channels, actions as channel_actions
from opdesk.channels.model import Channel, Source, Trouble
from opdesk.chats import actions as chats
from opdesk.chats.model import Message, MessageStatus
from opdesk.connectors.applying import apply, apply_early, store_echo
from opdesk.connectors.base import DeliveryError, Echo, Outbound, OutboundFile, Problem
from opdesk.connectors.registry import connector_class, connector_of
from opdesk.connectors.rules import allowance
from opdesk.kit import limits, outbox
from opdesk.kit.clock import HOUR_MS, SECOND_MS, Clock
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.formats import mime_type_of
from opdesk.kit.http_client import HttpClient
from opdesk.kit.ids import jittered
from opdesk.kit.keyring import Vault
from opdesk.kit.log import get_logger
from opdesk.kit.outbox import Job, Record, RetryLater
from opdesk.kit.text import clean_foreign
from opdesk.media import actions as media
from opdesk.media.access import Addresses, Files
from opdesk.media.errors import FileTooLarge
from opdesk.media.model import Media, StoredFile

log = get_logger(__name__)
GIVE_UP_MS = 24 * HOUR_MS
"""A message that could not be sent for a day is rejected: the customer has waited long enough."""
MAX_FETCHES = 12
"""About half an hour of attempts."""
LONGEST_WAIT_S = 2.0
"""A send that has to wait longer for its turn gives its place to others."""
PARALLEL_OF_SOURCE = outbox.PARALLEL // 2
"""So many sends of one platform are under way at once, however many channels it has: one that

hangs leaves the others half of the outbox.
"""
BUSY_S = 1.0
"""A send that finds no room tries again after this."""
RECEIPT = "ask_receipt"
"""The kind that asks what became of a message: {"channel": id, "external": platform's id}."""
FIRST_RECEIPT_S, LONGEST_RECEIPT_S = 5.0, 120.0
FINAL = (MessageStatus.READ, MessageStatus.DELIVERED, MessageStatus.REJECTED)
"""Where a platform that has to be asked is not asked any more."""


@dataclass(frozen=True, slots=True)
class _Dispatch:
    """All that a send needs, read in one go."""

    message: Message
    channel: Channel | None
    out: Outbound
    external_id: str | None
    """The platform's id of what was sent of it already."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where files lie, and the addresses under which a platform can fetch them."""

    files: Files
    addresses: Addresses


class Paces:
    """How fast each channel and each chat may be sent to, as its declaration says."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._channels: dict[Source, limits.Pace] = {}
        self._chats: dict[Source, limits.Pace] = {}

    def wait_s(self, channel: Channel, chat_id: int) -> float:
        """Count one message; the seconds to wait before it goes."""
        declared = connector_class(channel.source).declaration.pace
        per_s = declared.per_second
        pace = self._pace(self._channels, channel.source, per_s)
        wait_s = pace.wait_s(channel.id)
        if declared.chat_every_s is not None:
            of_chat = self._pace(self._chats, channel.source, 1 / declared.chat_every_s)
            wait_s = max(wait_s, of_chat.wait_s(chat_id))
        return wait_s

    def _pace(self, known: dict[Source, limits.Pace], source: Source, per_s: float) -> limits.Pace:
        if source not in known:
            known[source] = limits.Pace(self._clock, per_s=per_s, at_once=max(1, int(per_s)))
        return known[source]


class Turns:
    """How many calls of each platform are under way."""

    def __init__(self) -> None:
        self._running: Counter[Source] = Counter()

    @contextmanager
    def one(self, source: Source) -> Iterator[None]:
        """Raises RetryLater when its platform has enough of them already."""
        if self._running[source] >= PARALLEL_OF_SOURCE:
            raise RetryLater("busy", jittered(BUSY_S))
        self._running[source] += 1
        try:
            yield
        finally:
            self._running[source] -= 1


class Delivery:
    """Sends and fetches; the outbox brings the jobs, in order within a chat."""

    def __init__(
        self, db: Database, vault: Vault, http: HttpClient, shelf: Shelf, clock: Clock
    ) -> None:
        self._db, self._vault, self._http = db, vault, http
        self._files, self._addresses = shelf.files, shelf.addresses
        self._paces, self._turns = Paces(clock), Turns()

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
            with self._turns.one(channel.source):
                await self._keep_pace(channel, message.chat_id)
                external_id = await self._send_parts(channel, dispatch)
        except DeliveryError as error:
            failed = _failed(message, error, job)
            trouble = _trouble_of(error)
            return _noted(channel, trouble, failed) if trouble else failed
        sent = _sent(channel, message, external_id)
        was_refused = channel.problem is not None and channel.problem.code == Problem.AUTH.value
        return _noted(channel, None, sent) if was_refused else sent

    async def _keep_pace(self, channel: Channel, chat_id: int) -> None:
        """Wait as long as the platform's own limits ask for. Raises RetryLater for a long wait."""
        wait_s = self._paces.wait_s(channel, chat_id)
        if wait_s > LONGEST_WAIT_S:
            raise RetryLater("paced", wait_s)
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def _send_parts(self, channel: Channel, dispatch: _Dispatch) -> str:
        """The platform's id of the message. Where a file has no caption its text goes behind it.

        The file's own id is written down in between, so that it is not sent again.
        """
        out, connector = dispatch.out, connector_of(channel, self._http)
        has_captions = connector.declaration.limits.caption_chars > 0
        if out.file is None or not out.text or has_captions:
            return await connector.send(out)
        first_id = dispatch.external_id
        if first_id is None:
            first_id = await connector.send(replace(out, text=""))
            message = dispatch.message
            place = (message.company_id, message.id)
            await self._db.write(chats.record_delivery, *place, MessageStatus.NEW, None, first_id)
        await connector.send(replace(out, file=None))
        return first_id

    async def ask_receipt(self, job: Job) -> Record | None:
        """Ask a platform that tells nothing by itself what became of a message."""
        payload = job.payload
        place = (job.company_id, payload["channel"])
        channel = await self._db.read(channels.find_any, self._vault, *place)
        if channel is None or not channel.is_writable:
            return None
        try:
            with self._turns.one(channel.source):
                receipt = await connector_of(channel, self._http).receipt_of(payload["external"])
        except DeliveryError as error:
            if error.is_permanent or job.age_ms >= GIVE_UP_MS:
                return None
            raise RetryLater(error.problem.value, error.retry_after_s) from error
        told = None
        if receipt is not None:
            told = partial(apply, channel=channel, chat_id=None, item=receipt)
        if receipt is None or receipt.status not in FINAL:
            if job.age_ms < GIVE_UP_MS:
                await self._note(told)
                raise RetryLater("no receipt yet", receipt_pause_s(job.attempts))
            return None
        return told

    async def _note(self, record: Record | None) -> None:
        if record is not None:
            await self._db.write(record)

    async def ask_profile(self, job: Job) -> Record | None:
        """A customer's name, which their messages don't say. Without it they stay unnamed."""
        payload = job.payload
        place = (job.company_id, payload["channel"])
        chat = await self._db.read(chats.find_chat, job.company_id, payload["chat"])
        channel = await self._db.read(channels.find_any, self._vault, *place)
        if chat is None or chat.client.name or channel is None or not channel.is_writable:
            return None
        try:
            found = await connector_of(channel, self._http).profile_of(payload["person"])
        except DeliveryError as error:
            if error.is_permanent or job.attempts >= MAX_FETCHES:
                return None
            raise RetryLater(error.problem.value, error.retry_after_s) from error
        name = " ".join(clean_foreign(found.name).split()) if found else ""
        if not name:
            return None
        return partial(
            chats.name_client, company_id=job.company_id, chat_id=payload["chat"], name=name
        )

    async def take_echo(self, job: Job) -> Record | None:
        """A message written on the platform itself, which waited for our own send to end."""
        place = (job.company_id, job.payload["channel"])
        channel = await self._db.read(channels.find_any, self._vault, *place)
        if channel is None:
            return None
        echo = msgspec.convert(job.payload["echo"], Echo)
        return partial(store_echo, channel=channel, echo=echo)

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
        """None when the message was deleted meanwhile, or is known to have arrived."""
        message = chats.find_message(tx, job.company_id, job.payload["message"])
        chat = chats.find_chat(tx, job.company_id, message.chat_id) if message else None
        if message is None or chat is None or message.status is not MessageStatus.NEW:
            return None
        channel = channels.find_any(tx, self._vault, job.company_id, chat.channel_id)
        details = message.details
        answered = message.reply_to
        out = Outbound(
            message_id=message.id,
            chat_id=chat.external_id,
            text=message.text,
            file=self._file(message.media, tx.now),
            place=details.place,
            card=details.card,
            template=details.template,
            reply_to=chats.find_external(tx, job.company_id, answered) if answered else None,
            is_late=allowance(chat, tx.now).is_late,
        )
        external_id = chats.find_external(tx, job.company_id, message.id)
        return _Dispatch(message, channel, out, external_id)

    def _file(self, it: Media | None, now: int) -> OutboundFile | None:
        if it is None or it.digest is None:
            return None
        path = self._files.path(it.company_id, it.digest)
        mime = mime_type_of(it.format)
        url = self._addresses.url(it, now)
        return OutboundFile(path, it.name, it.format, it.type, it.size, mime, url)


def receipt_pause_s(attempts: int) -> float:
    """Seconds until a platform is asked again: 5, 10, 20 … 120 (channels.md, Viber)."""
    return min(FIRST_RECEIPT_S * 2.0 ** min(attempts, 10), LONGEST_RECEIPT_S)


def _sent(channel: Channel, message: Message, external_id: str) -> Record:
    """The message is with its platform; what was said of it earlier holds now."""

    def record(tx: Tx) -> None:
        place = (message.company_id, message.id)
        chats.record_delivery(tx, *place, MessageStatus.SUCCESS, None, external_id)
        apply_early(tx, channel, external_id)
        if connector_class(channel.source).declaration.is_asked_for_receipts:
            payload = {"channel": channel.id, "external": external_id}
            lane, share = f"receipt:{message.id}", f"receipts:{channel.id}"
            queue = outbox.Queue(lane, share, after_ms=int(FIRST_RECEIPT_S * SECOND_MS))
            outbox.put(tx, message.company_id, RECEIPT, payload, queue)

    return record


def _recorded(message: Message, status: MessageStatus, error: str | None) -> Record:
    def record(tx: Tx) -> None:
        chats.record_delivery(tx, message.company_id, message.id, status, error)

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
