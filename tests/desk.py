"""A running desk as its users see it: HTTP with somebody's credentials."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import msgspec

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


class CompanyCast(msgspec.Struct):
    id: int
    token: str
    organizations: list[int]


class PersonCast(msgspec.Struct):
    id: int
    organization_id: int
    token: str


class Cast(msgspec.Struct):
    """Who is in a database, with tokens for eight hours from then on."""

    companies: dict[str, CompanyCast]
    people: dict[str, PersonCast]

    @classmethod
    async def hired(cls, services: Services, client: httpx.AsyncClient) -> "Cast":
        cast = cls({}, {})
        await cast._hire(
            services, Api(client), "acme", {"Kyiv": ["Alice", "Bob"], "Lviv": ["Charlie"]}
        )
        await cast._hire(services, Api(client), "rival", {"Elsewhere": ["Mallory"]})
        return cast

    async def _hire(
        self, services: Services, anyone: Api, login: str, staff: Mapping[str, list[str]]
    ) -> None:
        hashed = services.passwords.hash_now(PASSWORD)
        owner = await services.db.write(users.found_company, login, login.title(), hashed)
        credentials = {"login": login, "password": PASSWORD}
        token = await _made(anyone, "/api/company/get-token", credentials)
        api = anyone.bearer(token)
        company = CompanyCast(owner.company_id, token, [])
        self.companies[login] = company
        ends = time_out(services.clock.now_ms() + 8 * 3_600_000)
        for name, people in staff.items():
            organization = (await _made(api, "/api/company/organization", {"name": name}))["id"]
            company.organizations.append(organization)
            wanted = [{"organizationId": organization, "name": person} for person in people]
            for row in await _made(api, "/api/operator/synchronize", wanted):
                body = {"id": row["id"], "expiresAt": ends}
                token = await _made(api, "/api/operator/get-token", body)
                self.people[row["name"]] = PersonCast(row["id"], organization, token)


async def _made(api: Api, path: str, body: Any) -> Any:
    reply = await api.post(path, body)
    assert reply.status == 200, reply.text
    return reply.json


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
    def of(
        cls, services: Services, client: httpx.AsyncClient, clock: MovableClock, cast: Cast
    ) -> "Desk":
        anyone = Api(client)

        def company(login: str) -> Company:
            it = cast.companies[login]
            return Company(it.id, login, anyone.bearer(it.token), list(it.organizations))

        def person(name: str) -> Person:
            it = cast.people[name]
            return Person(it.id, name, it.organization_id, it.token, anyone.bearer(it.token))

        return cls(
            services,
            client,
            clock,
            anyone,
            acme=company("acme"),
            rival=company("rival"),
            alice=person("Alice"),
            bob=person("Bob"),
            charlie=person("Charlie"),
            mallory=person("Mallory"),
        )

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
