"""Which chats have news: a list of the newest, and a look into those that it says too little of."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from opdesk.connectors.rozetka.api import Refused, SellerApi
from opdesk.connectors.rozetka.declaration import DEFAULT_KINDS
from opdesk.connectors.rozetka.payloads import (
    SELLER,
    SYSTEM,
    Loose,
    envelope,
    id_of,
    ms_of,
    nothing_until,
)
from opdesk.kit.clock import DAY_MS, HOUR_MS
from opdesk.kit.http_client import HttpError

FIRST_MS = 7 * DAY_MS
"""What a new channel begins with: the chats of this time before the newest."""
OVERLAP_MS = 2 * HOUR_MS
"""What is looked at again: more than the hour that local times repeat in autumn."""
MAX_PAGES = 200
"""Of one kind in one poll: 4,000 chats."""
GONE = frozenset((1019, 1404, 5404))
_EXPAND = "messages,order,user_fio,unread_messages_count"
_NOT_BUYERS = (SELLER, *SYSTEM)
NO_KEY = "0"


@dataclass(frozen=True, slots=True)
class Whole:
    """A chat with its messages, and when it changed. `listed`: as the list had it, if opened."""

    at: int
    chat: Loose
    listed: Loose | None = None


class Listener:
    """One poll."""

    def __init__(self, api: SellerApi, kinds: str, zone: ZoneInfo) -> None:
        self._api, self._zone = api, zone
        self._kinds = [one for one in (kinds or DEFAULT_KINDS).split(",") if one]

    async def poll(self, offset: int) -> list[bytes]:
        """An envelope of each chat that changed, with all its messages, by the time of its change.

        `offset` is the change, in ms UTC, until which all is stored; 0: nothing is. The last
        envelope moves it on by a millisecond at least, which tells the next poll that all of them
        were stored. Raises Refused, HttpError.
        """
        session = self._api.session
        if session.pending is not None and session.pending[0] <= offset:
            session.seen = session.pending[1]
        session.pending = None
        seen = session.seen if offset else {}
        listed = sorted(await self._listed(offset), key=lambda pair: pair[0])
        newest = max(offset, listed[-1][0] if listed else 0)
        since = offset - OVERLAP_MS if offset else newest - FIRST_MS
        found = {_key(chat): _fingerprint(chat) for _, chat in listed}
        changed = [
            (at, chat)
            for at, chat in listed
            if seen.get(_key(chat)) != found[_key(chat)] and (at >= since or _key(chat) in seen)
        ]
        whole, is_all = await self._whole(changed)
        after = max(newest, offset + 1)
        if whole:
            session.pending = (after, {**found, **_opened(whole)}) if is_all else None
            return _enveloped(whole, after if is_all else None)
        session.seen = found
        return [nothing_until(after)] if newest > offset else []

    async def _listed(self, offset: int) -> list[tuple[int, Loose]]:
        """Every kind's chats from the newest back to where polling stands, with their changes."""
        found: dict[str, tuple[int, Loose]] = {}
        for kind in self._kinds:
            for page in range(1, MAX_PAGES + 1):
                chats, pages = await self._page(kind, page)
                times = [self._changed_at(chat, offset) for chat in chats]
                for at, chat in zip(times, chats, strict=True):
                    found.setdefault(_key(chat), (at, chat))
                newest = max((at for at, _ in found.values()), default=0)
                since = offset - OVERLAP_MS if offset else newest - FIRST_MS
                if page >= pages or not chats or min(times) < since:
                    break
        return list(found.values())

    async def _page(self, kind: str, page: int) -> tuple[list[Loose], int]:
        """One page of a kind's chats, the newest first, and how many pages there are."""
        query = {"msgType": kind, "sort": "-updated", "page": str(page), "expand": _EXPAND}
        content = await self._api.get("/messages/search", query)
        chats = content.get("chats") if isinstance(content, dict) else None
        meta = content.get("_meta") if isinstance(content, dict) else None
        pages = meta.get("pageCount") if isinstance(meta, dict) else None
        found = chats if isinstance(chats, list) else []
        told: list[Loose] = [one for one in found if isinstance(one, dict)]
        return told, pages if isinstance(pages, int) else 1

    def _changed_at(self, chat: Loose, otherwise: int) -> int:
        told = (ms_of(chat.get(name), self._zone) for name in ("updated", "created"))
        return next((at for at in told if at is not None), otherwise)

    async def _whole(self, changed: list[tuple[int, Loose]]) -> tuple[list[Whole], bool]:
        """The chats with all their messages, and whether these are all of them.

        What was read before a failure is not read again. Raises Refused, HttpError.
        """
        whole: list[Whole] = []
        for at, chat in changed:
            if _is_complete(chat) or _key(chat) == NO_KEY:
                whole.append(Whole(at, chat))
                continue
            try:
                told = await self._api.get(f"/messages/{_key(chat)}", {"expand": _EXPAND})
            except Refused as error:
                if error.refusal.code in GONE:
                    continue
                if not whole:
                    raise
                return whole, False
            except HttpError:
                if not whole:
                    raise
                return whole, False
            whole.append(Whole(at, {**chat, **(told if isinstance(told, dict) else {})}, chat))
        return whole, True


def _enveloped(whole: list[Whole], after: int | None) -> list[bytes]:
    """Until the last one is stored, the offset stays before the others of the same second."""
    bodies = [envelope(one.chat, one.at - 1) for one in whole]
    if after is not None:
        bodies[-1] = envelope(whole[-1].chat, after)
    return bodies


def _opened(whole: list[Whole]) -> Mapping[str, str]:
    """The fingerprints of those that we opened, as the list has them from now on: all read."""
    listed = [one.listed for one in whole if one.listed is not None]
    return {_key(one): _fingerprint({**one, "unread_messages_count": 0}) for one in listed}


def _key(chat: Loose) -> str:
    return id_of(chat.get("id")) or NO_KEY


def _unread(chat: Loose) -> int:
    count = chat.get("unread_messages_count")
    return count if isinstance(count, int) else 0


def _is_complete(chat: Loose) -> bool:
    """Whether the list has the chat's messages: it may have none, or too few of the unread ones."""
    messages: Any = chat.get("messages")
    if not isinstance(messages, list) or not messages:
        return False
    buyers = [
        one for one in messages if isinstance(one, dict) and one.get("sender") not in _NOT_BUYERS
    ]
    return len(buyers) >= _unread(chat)


def _fingerprint(chat: Loose) -> str:
    """What changes when a chat has news. Our own reading is none."""
    unread = 0 if _is_complete(chat) else _unread(chat)
    told = [chat.get("updated"), chat.get("messages"), unread]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()
