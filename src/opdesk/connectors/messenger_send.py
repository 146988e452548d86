"""How Messenger and Instagram are written to: one call, one answer, one table of refusals.

Source: developers.facebook.com, Messenger Platform "Send API" and "Error codes" (2026-03-18).
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urljoin

from opdesk.connectors.graph import (
    FILE_TIMEOUT_S,
    SETUP_TIMEOUT_S,
    Graph,
    GraphError,
    error_of,
    http_failed,
    retry_after_s,
)
from opdesk.connectors.items import Outbound, OutboundFile
from opdesk.connectors.problems import DeliveryError, Problem
from opdesk.kit.http_client import HttpClient, HttpError, HttpReply, ReplyTooLarge
from opdesk.media.model import MediaType

MAX_FETCHED_BYTES = 100 * 1024 * 1024
"""More than a customer can send: Messenger takes 25 MB, Instagram as much."""
MAX_REDIRECTS = 3
ACTION_TIMEOUT_S = 5.0
HUMAN_AGENT = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
"""What opens the window again for 7 days, for what a person writes."""
KINDS = {
    MediaType.PHOTO: "image",
    MediaType.VIDEO: "video",
    MediaType.AUDIO: "audio",
    MediaType.FILE: "file",
}
_BY_SUBCODE = {
    (10, 2018278): Problem.WINDOW_CLOSED,
    (10, 2018065): Problem.WINDOW_CLOSED,
    (10, 2534022): Problem.WINDOW_CLOSED,
    (10, 2018108): Problem.BLOCKED,
    (200, 1545041): Problem.BLOCKED,
    (100, 2018001): Problem.RECIPIENT_UNKNOWN,
    (100, 2018109): Problem.TOO_LARGE,
    (10, 2018300): Problem.REJECTED,  # another app has the conversation
    (10, 1893063): Problem.REJECTED,  # the page is restricted
}
_BY_CODE = {
    551: Problem.BLOCKED,
    190: Problem.AUTH,
    200: Problem.AUTH,
    10: Problem.AUTH,  # no permission, or the app is not live (2018028)
    368: Problem.REJECTED,  # the page is restricted
    100: Problem.BAD_REQUEST,
    4: Problem.THROTTLED,
    32: Problem.THROTTLED,
    613: Problem.THROTTLED,
    80001: Problem.THROTTLED,
    80006: Problem.THROTTLED,
    1: Problem.TRANSIENT,
    2: Problem.TRANSIENT,
}
_REPEATABLE = (Problem.THROTTLED, Problem.TRANSIENT)
_GONE = (400, 403, 404, 410)
_REDIRECTS = (301, 302, 303, 307, 308)


def delivery_error(refused: GraphError, after_s: float | None = None) -> DeliveryError:
    """What a refusal means: its numbers decide, its words are told."""
    problem = _problem(refused)
    is_permanent = problem not in _REPEATABLE
    return DeliveryError(problem, refused.words, is_permanent=is_permanent, retry_after_s=after_s)


def _problem(refused: GraphError) -> Problem:
    known = _BY_SUBCODE.get((refused.code, refused.subcode)) or _BY_CODE.get(refused.code)
    if known is not None:
        return known
    if refused.status == 429:
        return Problem.THROTTLED
    return Problem.TRANSIENT if refused.status >= 500 else Problem.REJECTED


def checked(reply: HttpReply) -> Any:
    """A success's JSON. Raises DeliveryError."""
    refused = error_of(reply)
    if refused is not None:
        raise delivery_error(refused, retry_after_s(reply))
    return reply.json


def kind_of(out: Outbound) -> str | None:
    """What the platform calls an outgoing file; None: it is a text. Raises DeliveryError."""
    if out.place or out.card or out.template:
        what = "a place, a card or a template"
        raise DeliveryError(Problem.UNSUPPORTED, f"{what} can't be sent here", is_permanent=True)
    if out.file is None:
        return None
    kind = KINDS.get(out.file.type)
    if kind is None:
        raise DeliveryError(
            Problem.UNSUPPORTED, "files of this kind can't be sent here", is_permanent=True
        )
    return kind


class Mailbox:
    """One account's conversations, by its token: `me` is whoever has it."""

    def __init__(self, graph: Graph, http: HttpClient) -> None:
        self._graph, self._http = graph, http

    async def send(self, to: str, message: Mapping[str, Any], how: Mapping[str, str]) -> str:
        """The platform's id. Raises DeliveryError; UNCERTAIN when the answer was lost."""
        body = {"recipient": {"id": to}, **how, "message": message}
        try:
            reply = await self._graph.post("me/messages", json=body)
        except HttpError as error:
            raise http_failed(error) from error
        answer = checked(reply)
        message_id = answer.get("message_id") if isinstance(answer, dict) else None
        if not isinstance(message_id, str) or not message_id:
            raise DeliveryError(Problem.UNCERTAIN, "Meta's answer names no message")
        return message_id

    async def upload(self, file: OutboundFile, kind: str) -> str:
        """The id of an attachment that a message can name. Raises DeliveryError."""
        attachment = {"type": kind, "payload": {"is_reusable": True}}
        form = {"message": json.dumps({"attachment": attachment})}
        try:
            with file.path.open("rb") as content:
                reply = await self._graph.post(
                    "me/message_attachments",
                    data=form,
                    files={"filedata": (file.name, content, file.mime)},
                    timeout_s=FILE_TIMEOUT_S,
                )
        except HttpError as error:
            raise http_failed(error, is_repeatable=True) from error
        answer = checked(reply)
        found = answer.get("attachment_id") if isinstance(answer, dict) else None
        if not isinstance(found, str | int):
            raise DeliveryError(Problem.TRANSIENT, "Meta's answer names no attachment")
        return str(found)

    async def act(self, to: str, action: str) -> None:
        """`typing_on` or `mark_seen`. Raises DeliveryError."""
        body = {"recipient": {"id": to}, "sender_action": action}
        try:
            reply = await self._graph.post("me/messages", json=body, timeout_s=ACTION_TIMEOUT_S)
        except HttpError as error:
            raise http_failed(error, is_repeatable=True) from error
        checked(reply)

    async def person(self, sender_id: str, fields: str) -> Mapping[str, Any]:
        """What a customer lets us know; empty when they or the app's permissions don't.

        Raises DeliveryError when it makes sense to ask again.
        """
        try:
            path = f"{quote(sender_id, safe='')}?fields={fields}"
            reply = await self._graph.get(path, timeout_s=SETUP_TIMEOUT_S)
        except HttpError as error:
            raise http_failed(error, is_repeatable=True) from error
        try:
            answer = checked(reply)
        except DeliveryError as error:
            if error.is_permanent:
                return {}
            raise
        return answer if isinstance(answer, dict) else {}

    @asynccontextmanager
    async def fetch(self, url: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """A signed address of Meta's, which needs no token and ends. Raises DeliveryError.

        Whether such addresses redirect is not documented; each step is checked as the first.
        """
        try:
            for _ in range(1 + MAX_REDIRECTS):
                async with self._http.download(
                    url, timeout_s=FILE_TIMEOUT_S, max_bytes=MAX_FETCHED_BYTES
                ) as (status, chunks):
                    if status not in _REDIRECTS:
                        if status != 200:
                            raise _not_fetched(status)
                        yield chunks
                        return
                reply = await self._http.get(url, timeout_s=SETUP_TIMEOUT_S)
                url = urljoin(url, reply.headers.get("location", ""))
            raise _not_fetched(404)
        except ReplyTooLarge as error:
            raise DeliveryError(Problem.TOO_LARGE, str(error), is_permanent=True) from error
        except HttpError as error:
            raise DeliveryError(Problem.TRANSIENT, str(error)) from error


def _not_fetched(status: int) -> DeliveryError:
    """An address that has ended (Instagram's stories: after 24 hours) does not come back."""
    text = f"the file's server answered {status}"
    if status in _GONE:
        return DeliveryError(Problem.REJECTED, text, is_permanent=True)
    return DeliveryError(Problem.TRANSIENT, text)
