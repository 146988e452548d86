"""Instagram's side of direct messages, by both logins: what differs from Messenger."""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import httpx
from typing_extensions import override

from opdesk.channels.model import Source
from opdesk.kit.clock import Clock
from opdesk.kit.formats import mime_type_of
from opdesk.kit.ids import new_secret
from opdesk.simulators.base import Call, Person, Reply
from opdesk.simulators.meta import File, GraphRefusal, Meta


class InstagramAccount(Meta):
    """A professional account; `is_by_page`: reached by Facebook's login and a linked Page."""

    source: ClassVar[Source] = Source.INSTAGRAM
    object: ClassVar[str] = "instagram"
    window_refusal: ClassVar[tuple[int, int, int]] = (403, 10, 2534022)
    username = "demo.shop"

    def __init__(self, clock: Clock | None = None, *, is_by_page: bool = False) -> None:
        super().__init__(clock)
        self.is_by_page = is_by_page
        self.page_id, self.account_id = self.account_id, "17841400538867190"
        self.scopes = ["instagram_basic", "instagram_manage_messages", "pages_manage_metadata"]

    @override
    def settings(self, base_url: str) -> dict[str, str]:
        self._base_url = base_url
        if self.is_by_page:
            app = {"appId": self.app_id, "appSecret": self.app_secret}
            found = {"loginRoute": "facebook", "pageToken": self.token, "graphUrl": base_url}
        else:
            app = {"instagramAppId": self.app_id, "instagramAppSecret": self.app_secret}
            found = {"instagramToken": self.token, "instagramUrl": base_url}
        return {**found, **app}

    @override
    async def sees(self, person: Person, *, has_sender: bool = False) -> None:
        """Each of ours is read by its id; such an event may name nobody."""
        ours = [one.id for one in self.phones[person.id] if not one.is_theirs]
        self._mark_seen(person)
        for mid in ours:
            if has_sender:
                await self.tells(person, {"read": {"mid": mid}})
            else:
                await self.deliver({"timestamp": self._now(), "read": {"mid": mid}})

    async def _me(self, _call: Call) -> Reply:
        if not self.is_by_page:
            return Reply(200, {"user_id": self.account_id, "username": self.username, "id": "9"})
        linked = {"id": self.account_id, "username": self.username}
        return Reply(200, {"id": self.page_id, "instagram_business_account": linked})

    async def _person(self, call: Call) -> Reply:
        person = self.people[call.path.rpartition("/")[2]]
        if person.id in self.nameless:
            raise GraphRefusal(400, 230, 0, "(#230) User consent is required")
        username = person.name.lower().replace(" ", ".")
        return Reply(200, {"id": person.id, "name": person.name, "username": username})

    @override
    async def answer_to(self, call: Call) -> Reply:
        """The renewal has its token in the address."""
        if self.name_of(call) == "refresh_access_token":
            return self._renewed(call)
        return await super().answer_to(call)

    def _renewed(self, call: Call) -> Reply:
        if call.query.get("grant_type") != "ig_refresh_token" or self.is_by_page:
            return self.refused_key()
        if call.query.get("access_token") != self.token:
            return self.refused_key()
        self.token = f"IGAA{new_secret(24)}"
        told = {"access_token": self.token, "token_type": "bearer", "expires_in": 5_183_944}
        return Reply(200, told)

    @override
    async def _attached(self, payload: Mapping[str, Any]) -> File:
        """Instagram fetches it from the address that it is given."""
        url = str(payload.get("url"))
        async with httpx.AsyncClient(trust_env=False, timeout=30, verify=self.trusted) as client:
            reply = await client.get(url)
        if reply.status_code != 200:
            raise GraphRefusal(400, 100, 2018008, "(#100) Failed to fetch the file from the url")
        name = unquote(urlsplit(url).path.rpartition("/")[2])
        return name, mime_type_of(name.rpartition(".")[2].lower()), reply.content

    @override
    def _takes_text(self, text: str) -> bool:
        return 0 < len(text.encode()) <= 1000
