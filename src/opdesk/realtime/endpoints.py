"""`GET /api/events`: what the hub's `Subscribe` tells, for REST callers and automation."""

import asyncio
import contextlib
from typing import Annotated, Any

from litestar import Request, get

from opdesk.kit.endpoint import RECOGNIZER, Given, Recognizer
from opdesk.kit.errors import Invalid, Unauthorized
from opdesk.kit.query import described, required_id, whole, whole_or_none
from opdesk.kit.wire import MAX_ID
from opdesk.operators import access
from opdesk.operators.model import Caller
from opdesk.realtime.feed import Feed
from opdesk.realtime.wire import EventPageOut

MAX_WAIT_S = 60
LOOK_AGAIN_S = 2.0
"""A lost wake-up costs so much, never an event; a caller who was signed out hears it then."""
Organization = Annotated[str | None, described("organizationId", "Whose events", "integer")]
AfterNumber = Annotated[str | None, described("after", "The last number you have", "integer")]
Epoch = Annotated[str | None, described("epoch", "The epoch that number belongs to")]
WaitSeconds = Annotated[
    str, described("wait", "Seconds to wait for something new, 0 to 60", "integer")
]


@get("/api/events", tags=["Events"])
async def list_events(
    request: Request[Any, Any, Any],
    caller: Given[Caller],
    feed: Given[Feed],
    organization_id: Organization = None,
    after: AfterNumber = None,
    epoch: Epoch = None,
    wait: WaitSeconds = "25",
) -> EventPageOut:
    """What happened in an organization after number `after` of `epoch`, oldest first.

    Without `after`: where the log stands now, to begin with. With it, the answer waits until there
    is something to tell, or `wait` seconds. Go on from `upTo`. `reload`: the log no longer reaches
    back so far, or is another one: read everything anew and go on from the new `epoch` and `upTo`.
    """
    place = required_id("organizationId", organization_id)
    number = whole_or_none("after", after, 0, MAX_ID)
    if number is not None and epoch is None:
        raise Invalid.field("epoch", "is required with after: numbers count within one epoch")
    ends = _now_s() + whole("wait", wait, 0, MAX_WAIT_S)
    with feed.listening(place) as bell:
        page = await feed.page(caller, place, epoch, number)
        while _is_quiet(page, number) and not feed.is_ending and (left_s := ends - _now_s()) > 0:
            await _rung(bell, min(left_s, LOOK_AGAIN_S))
            page = await feed.page(await _still(request, caller), place, epoch, number)
    return page


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def _rung(bell: asyncio.Event, at_most_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):
            await bell.wait()
    bell.clear()


def _is_quiet(page: EventPageOut, after: int | None) -> bool:
    return after is not None and not page.reload and not page.events and page.up_to <= after


async def _still(request: Request[Any, Any, Any], caller: Caller) -> Caller:
    """The caller, who may have been signed out while waiting. Raises Unauthorized."""
    recognizer: Recognizer = request.scope["state"][RECOGNIZER]
    found: Caller = await recognizer(request.scope, False, None)
    if not access.is_same(found, caller):
        raise Unauthorized("another caller is signed in now")
    return found


ROUTES = [list_events]
