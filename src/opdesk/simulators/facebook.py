"""Messenger's side of a Facebook Page: what differs from Instagram."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from typing_extensions import override

from opdesk.channels.model import Source
from opdesk.kit.clock import Clock
from opdesk.kit.formats import mime_type_of
from opdesk.simulators.base import Call, Person, Reply
from opdesk.simulators.meta import BY_NAME, File, GraphRefusal, Meta, hold_size


class FacebookPage(Meta):
    """A Page with Messenger."""

    source: ClassVar[Source] = Source.FACEBOOK
    object: ClassVar[str] = "page"
    window_refusal: ClassVar[tuple[int, int, int]] = (400, 10, 2018278)
    name = "Demo Shop"

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.scopes = ["pages_messaging", "pages_manage_metadata", "pages_read_engagement"]
        self._uploads: dict[str, File] = {}

    @override
    def settings(self, base_url: str) -> dict[str, str]:
        self._base_url = base_url
        app = {"appId": self.app_id, "appSecret": self.app_secret}
        return {"pageToken": self.token, **app, "graphUrl": base_url}

    @override
    async def sees(self, person: Person) -> None:
        """Delivered and read until now, as Messenger tells it."""
        ours = [one.id for one in self.phones[person.id] if not one.is_theirs]
        self._mark_seen(person)
        now = self._now()
        await self.tells(person, {"delivery": {"mids": ours, "watermark": now}})
        await self.tells(person, {"read": {"watermark": now}})

    async def edits(self, person: Person, mid: str, text: str) -> None:
        lines = self.phones[person.id]
        lines[:] = [replace(one, text=text) if one.id == mid else one for one in lines]
        await self.tells(person, {"message_edit": {"mid": mid, "text": text, "num_edit": 1}})

    async def follows_link(self, person: Person, word: str) -> None:
        """An m.me link with a word, in a conversation that is there already."""
        self._last_written[person.id] = self._now()
        referral = {"ref": word, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        await self.tells(person, {"referral": referral})

    async def _me(self, _call: Call) -> Reply:
        return Reply(200, {"id": self.account_id, "name": self.name})

    async def _person(self, call: Call) -> Reply:
        person = self.people[call.path.rpartition("/")[2]]
        if person.id in self.nameless:
            raise GraphRefusal(400, 100, 33, "Unsupported get request.")
        first, _, last = person.name.partition(" ")
        return Reply(200, {"id": person.id, "first_name": first, "last_name": last})

    async def _message_attachments(self, call: Call) -> Reply:
        attachment = json.loads(call.body["message"])["attachment"]
        name, content = call.files["filedata"]
        file = (name, mime_type_of(name.rpartition(".")[2].lower()), content)
        hold_size(BY_NAME[attachment["type"]], file)
        attachment_id = str(1_745_504_518_999_123 + len(self._uploads))
        self._uploads[attachment_id] = file
        return Reply(200, {"attachment_id": attachment_id})

    @override
    async def _attached(self, payload: Mapping[str, Any]) -> File:
        found = self._uploads.get(str(payload.get("attachment_id")))
        if found is None:
            raise GraphRefusal(400, 100, 2018047, "(#100) Upload attachment failure.")
        return found

    @override
    def _takes_text(self, text: str) -> bool:
        return 0 < len(text) <= 2000
