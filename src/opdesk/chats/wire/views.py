"""JSON shapes of what an operator keeps of the list: pinned chats and views."""

from typing import Annotated

import msgspec

from opdesk.channels.model import Source
from opdesk.chats.model import (
    MAX_VIEW_NAME_CHARS,
    MAX_VIEWS,
    Chat,
    ChatStatus,
    KeptViews,
    ListChannel,
)
from opdesk.chats.wire.shapes import ChatOut, MediaUrl
from opdesk.kit.days import day_in
from opdesk.kit.errors import Invalid
from opdesk.kit.text import matching_key, text_in
from opdesk.kit.wire import Id, Wire, WireIn

_Status = Annotated[int, msgspec.Meta(ge=0, le=int(max(ChatStatus)))]
_Source = Annotated[int, msgspec.Meta(ge=0, le=int(max(Source)))]
MAX_TAG_CHARS = 200


class PinIn(WireIn):
    is_pinned: bool

    example = {"isPinned": True}


class PinnedOut(Wire):
    """At most 20 chats, the one that was pinned first before the others."""

    items: list[ChatOut]

    example = {"items": [ChatOut.example]}

    @classmethod
    def of(cls, chats: list[Chat], url: MediaUrl) -> "PinnedOut":
        return cls(items=[ChatOut.of(one, url) for one in chats])


class ListChannelOut(Wire):
    """`from` is the account's public name, as chats have it."""

    id: Id
    source: int
    from_: str = msgspec.field(name="from")

    example = {"id": 3, "source": 2, "from": "demo_shop_bot"}

    @classmethod
    def of(cls, channel: ListChannel) -> "ListChannelOut":
        return cls(id=channel.id, source=int(channel.source), from_=channel.sender)


class ListChannelsOut(Wire):
    items: list[ListChannelOut]

    example = {"items": [ListChannelOut.example]}


class ListViewIn(WireIn):
    """A name, and what `GET /api/chat/chats` is asked for by it.

    `mine` is the operator's own chats, whoever that is; `from` and `to` are days (`2026-11-24`) in
    the organization's time zone.
    """

    name: str
    status: _Status | None = None
    source: _Source | None = None
    channel_id: Id | None = None
    mine: bool = False
    operator_id: Id | None = None
    unassigned: bool = False
    tag: str | None = None
    from_day: str | None = msgspec.field(default=None, name="from")
    to_day: str | None = msgspec.field(default=None, name="to")
    blocked: bool = False
    waiting: bool = False

    example = {
        "name": "Late orders",
        "status": 1,
        "source": 5,
        "channelId": None,
        "mine": True,
        "operatorId": None,
        "unassigned": False,
        "tag": "delivery",
        "from": None,
        "to": None,
        "blocked": False,
        "waiting": True,
    }

    def cleaned(self, place: str) -> "ListViewIn":
        """As it is kept. Raises Invalid, naming the member below `place`."""
        if self.mine + self.unassigned + (self.operator_id is not None) > 1:
            problem = "stands alone: a chat is mine, nobody's or a colleague's"
            raise Invalid.field(f"{place}.{'mine' if self.mine else 'unassigned'}", problem)
        for name, day in (("from", self.from_day), ("to", self.to_day)):
            if day is not None:
                day_in(f"{place}.{name}", day)
        if self.from_day and self.to_day and self.from_day > self.to_day:
            raise Invalid.field(f"{place}.to", "must not be before `from`")
        return msgspec.structs.replace(
            self,
            name=text_in(f"{place}.name", self.name, MAX_VIEW_NAME_CHARS),
            tag=None if self.tag is None else text_in(f"{place}.tag", self.tag, MAX_TAG_CHARS),
        )


class ListViewsIn(WireIn):
    """Replaces all views. `version` is the one that the writer has read, 0 at first."""

    version: int
    items: list[ListViewIn]

    example = {"version": 1, "items": [ListViewIn.example]}

    def to_content(self) -> str:
        """Raises Invalid: too many, a name twice whatever its case, what a view may not say."""
        if len(self.items) > MAX_VIEWS:
            raise Invalid.field("items", f"must have at most {MAX_VIEWS} elements")
        cleaned = [one.cleaned(f"items[{at}]") for at, one in enumerate(self.items)]
        keys = [matching_key(one.name) for one in cleaned]
        for at, key in enumerate(keys):
            if key in keys[:at]:
                raise Invalid.field(f"items[{at}].name", "is another view's name already")
        return msgspec.json.encode(cleaned).decode()


class ListViewsOut(Wire):
    """In the operator's own order. `version` grows with every change."""

    version: int
    items: list[ListViewIn]

    example = {"version": 2, "items": [ListViewIn.example]}

    @classmethod
    def of(cls, views: KeptViews) -> "ListViewsOut":
        items = msgspec.json.decode(views.content, type=list[ListViewIn])
        return cls(version=views.version, items=items)
