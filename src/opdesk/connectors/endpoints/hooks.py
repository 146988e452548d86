"""The address that platforms call."""

from urllib.parse import parse_qsl

from opdesk.channels import access
from opdesk.channels.model import Channel
from opdesk.connectors.base import HookCall
from opdesk.connectors.inbound import take_in
from opdesk.connectors.registry import CONNECTORS
from opdesk.kit.db import Database
from opdesk.kit.errors import Forbidden, NotFound, TooLarge, Unauthorized
from opdesk.kit.keyring import Vault
from opdesk.kit.layers import Receive, Scope, Send, answer, read_body
from opdesk.kit.web import send_problem
from opdesk.kit.wire import MAX_ID

HOOKS = "/hooks/"
MAX_WEBHOOK_BYTES = 3 * 1024 * 1024
"""Meta's batches have up to 3 MB."""
HookPlace = tuple[int, int, str]
"""(company, channel, the secret that may follow)"""


class Webhooks:
    """`POST /hooks/<company>/<channel>`: proven genuine, stored, then 200 with an empty body.

    A secret may follow, where the platform signs nothing. A GET is the platform's question whether
    the address is ours. An ASGI handler of its own: this is the busiest path of a desk.
    """

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db, self._vault = db, vault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            place = _place(scope["path"])
            if scope["type"] != "http" or scope["method"] not in ("GET", "POST") or place is None:
                raise NotFound("webhooks are POST /hooks/<company>/<channel>")
            if scope["method"] == "GET":
                await answer(send, 200, await self._answer_to(place, scope), b"text/plain")
                return
            await self._take_in(place, scope, receive)
        except Exception as error:
            await send_problem(send, error)
            return
        await answer(send, 200, b"", b"application/json")

    async def _take_in(self, place: HookPlace, scope: Scope, receive: Receive) -> None:
        body = await read_body(receive, MAX_WEBHOOK_BYTES)
        if body is None:
            raise TooLarge(f"a webhook has at most {MAX_WEBHOOK_BYTES} bytes")
        channel = await self._db.read(access.find_any, self._vault, *place[:2])
        if channel is None or not _is_genuine(channel, _call(scope, body, place[2])):
            raise Unauthorized("this call does not prove that it comes from the platform")
        await take_in(self._db, self._vault, channel, body)

    async def _answer_to(self, place: HookPlace, scope: Scope) -> bytes:
        """What the platform expects of an address that is ours."""
        channel = await self._db.read(access.find_any, self._vault, *place[:2])
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if channel is not None and not channel.is_deleted:
            challenge = CONNECTORS[channel.source].challenge(query, channel.settings)
            if challenge is not None:
                return challenge.encode()
        raise Forbidden("this is not the question of a platform that we know")


def _call(scope: Scope, body: bytes, path_secret: str) -> HookCall:
    """A header that comes twice is one with both values (RFC 9110, 5.3), so a proof beside

    another is none: which of the two would a proxy have checked?
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return HookCall(headers, body, path_secret)


def _is_genuine(channel: Channel, call: HookCall) -> bool:
    """The same answer for a wrong secret and for a channel that is off or gone."""
    connector = CONNECTORS[channel.source]
    is_genuine = connector.is_genuine(call, channel.webhook_secret, channel.settings)
    return is_genuine and channel.is_writable


def _place(path: str) -> HookPlace | None:
    company, _, rest = path.removeprefix(HOOKS).partition("/")
    channel, _, secret = rest.partition("/")
    ids = (company, channel)
    if not all(one.isascii() and one.isdecimal() and len(one) <= 16 for one in ids):
        return None
    company_id, channel_id = int(company), int(channel)
    return (company_id, channel_id, secret) if max(company_id, channel_id) <= MAX_ID else None
