"""A running desk as its users see it: HTTP with somebody's credentials."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from opdesk.accounts.model import CompanyCaller
from opdesk.kit.wire import time_out
from opdesk.parts import Services
from opdesk.users import actions as users
from tests.fakes import MovableClock

T = TypeVar("T")
PASSWORD = "correct horse battery staple"


async def eventually(look: Callable[[], Awaitable[T | None]], at_most_s: float = 10) -> T:
    """What `look` finds once it finds something: for what happens in the background."""
    async with asyncio.timeout(at_most_s):
        while (found := await look()) is None:
            await asyncio.sleep(0.02)
    return found


@dataclass(frozen=True)
class Reply:
    """An answer, with its JSON if it has any."""

    status: int
    json: Any
    headers: httpx.Headers
    text: str

    @classmethod
    def of(cls, response: httpx.Response) -> "Reply":
        is_json = "json" in response.headers.get("content-type", "") and response.content
        parsed = response.json() if is_json else None
        return cls(response.status_code, parsed, response.headers, response.text)


@dataclass
class Api:
    """HTTP calls with one caller's credentials."""

    client: httpx.AsyncClient
    headers: Mapping[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, **kw: Any) -> Reply:
        headers = {**self.headers, **kw.pop("headers", {})}
        # Cookies are a browser's: a caller here is what its headers say.
        self.client.cookies.clear()
        return Reply.of(await self.client.request(method, path, headers=headers, **kw))

    async def get(self, path: str, **kw: Any) -> Reply:
        return await self.call("GET", path, **kw)

    async def post(self, path: str, json: Any = None, **kw: Any) -> Reply:
        if json is not None:
            kw["json"] = json
        return await self.call("POST", path, **kw)

    async def put(self, path: str, json: Any = None, **kw: Any) -> Reply:
        return await self.call("PUT", path, json=json, **kw)

    async def delete(self, path: str, **kw: Any) -> Reply:
        return await self.call("DELETE", path, **kw)

    def bearer(self, token: str) -> "Api":
        return Api(self.client, {"Authorization": f"Bearer {token}"})


@dataclass
class Company:
    """A company with its API, signed in with a company token."""

    id: int
    login: str
    api: Api
    organizations: list[int]

    @property
    def caller(self) -> CompanyCaller:
        return CompanyCaller(self.id)


@dataclass
class Person:
    """An operator with a token."""

    id: int
    name: str
    organization_id: int
    token: str
    api: Api


@dataclass
class Desk:
    """The server, its parts, and the cast."""

    services: Services
    client: httpx.AsyncClient
    clock: MovableClock
    anyone: Api
    acme: Company
    rival: Company
    alice: Person
    bob: Person
    charlie: Person
    mallory: Person

    @classmethod
    async def open(
        cls, services: Services, client: httpx.AsyncClient, clock: MovableClock
    ) -> "Desk":
        anyone = Api(client)
        password_hash = services.passwords.hash_now(PASSWORD)
        acme = await _company(services, anyone, "acme", password_hash, ["Kyiv", "Lviv"])
        rival = await _company(services, anyone, "rival", password_hash, ["Elsewhere"])
        kyiv, lviv = acme.organizations
        [alice, bob, charlie] = await _people(
            services, acme, [(kyiv, "Alice"), (kyiv, "Bob"), (lviv, "Charlie")]
        )
        [mallory] = await _people(services, rival, [(rival.organizations[0], "Mallory")])
        return cls(services, client, clock, anyone, acme, rival, alice, bob, charlie, mallory)

    @property
    def base_url(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def in_hours(self, hours: float) -> str:
        """A time from now on the desk's clock, as the API writes it."""
        return time_out(self.clock.now_ms() + round(hours * 3_600_000))

    async def token_of(self, company: Company, operator_id: int, hours: float = 8) -> str:
        reply = await company.api.post(
            "/api/operator/get-token", {"id": operator_id, "expiresAt": self.in_hours(hours)}
        )
        assert reply.status == 200, reply.text
        token: str = reply.json
        return token


async def _company(
    services: Services, anyone: Api, login: str, password_hash: str, organizations: list[str]
) -> Company:
    owner = await services.db.write(users.found_company, login, login.title(), password_hash)
    reply = await anyone.post("/api/company/get-token", {"login": login, "password": PASSWORD})
    assert reply.status == 200, reply.text
    company = Company(owner.company_id, login, anyone.bearer(reply.json), [])
    for name in organizations:
        made = await company.api.post("/api/company/organization", {"name": name})
        company.organizations.append(made.json["id"])
    return company


async def _people(
    services: Services, company: Company, wanted: list[tuple[int, str]]
) -> list[Person]:
    made = await company.api.post(
        "/api/operator/synchronize",
        [{"organizationId": organization, "name": name} for organization, name in wanted],
    )
    people = []
    for (organization, name), row in zip(wanted, made.json, strict=True):
        ends = time_out(services.clock.now_ms() + 8 * 3_600_000)
        reply = await company.api.post(
            "/api/operator/get-token", {"id": row["id"], "expiresAt": ends}
        )
        token = reply.json
        people.append(Person(row["id"], name, organization, token, company.api.bearer(token)))
    return people
