"""Platforms' calls of a webhook, made without a network between."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opdesk.channels.model import Channel
from opdesk.connectors.endpoints.hooks import Webhooks
from opdesk.kit.context import Row, Tx
from opdesk.kit.db import Database
from opdesk.kit.keyring import Vault
from tests.connectors.voice import Voice

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Posted:
    """One call as it comes: `tail` stands behind the channel's own address."""

    place: tuple[int, int]
    tail: str
    headers: Headers
    body: bytes


def with_proof(voice: Voice, channel: Channel, proof: str | bytes, body: bytes) -> Posted:
    """A call whose proof is this one, wherever the platform puts it."""
    place = (channel.company_id, channel.id)
    raw = proof if isinstance(proof, bytes) else proof.encode()
    if voice.header is None:
        return Posted(place, f"/{raw.decode('utf-8', 'replace')}", (), body)
    return Posted(place, "", ((voice.header.encode(), raw),), body)


def proven(voice: Voice, channel: Channel, body: bytes) -> Posted:
    """A genuine call."""
    return with_proof(voice, channel, voice.proof(channel, body), body)


class Door:
    """The webhooks' handler."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db, self._handler = db, Webhooks(db, vault)
        self.parsed = 0
        """How often a connector read something behind it, where a test counts that."""

    async def post(self, call: Posted) -> int:
        """The answer's status."""
        path = f"/hooks/{call.place[0]}/{call.place[1]}{call.tail}"
        scope = {"type": "http", "method": "POST", "path": path, "headers": list(call.headers)}
        told: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": call.body, "more_body": False}

        async def send(event: Mapping[str, Any]) -> None:
            if event["type"] == "http.response.start":
                told.append(event["status"])

        await self._handler({**scope, "query_string": b""}, receive, send)
        [status] = told
        return status

    async def rows(self, sql: str) -> list[Row]:
        return await self._db.read_slow(_rows, sql)


def _rows(tx: Tx, sql: str) -> list[Row]:
    return list(tx._driver.fetch(sql, {}))
