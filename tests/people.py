"""The people of a company in tests: invite one, let them join, sign in as them."""

import itertools
import re
from dataclasses import dataclass

from tests.desk import PASSWORD, Api, Company, Desk

_numbers = itertools.count(1)
OWNER, ADMIN, ANALYST = 0, 1, 2


@dataclass
class Colleague:
    """Someone of a company with a company token of their own."""

    id: int
    login: str
    api: Api
    password: str = PASSWORD


def secret_of(url: str) -> str:
    """What stands behind the # of a one-time link."""
    found = re.search(r"/join#([0-9a-f]{64})\Z", url)
    assert found, url
    return found[1]


async def joined(desk: Desk, role: int, company: Company | None = None) -> Colleague:
    """A person of this role who has accepted an invitation, with a company token."""
    company = company or desk.acme
    login = f"person-{next(_numbers)}"
    invited = await company.api.post("/api/company/user", {"name": login.title(), "role": role})
    assert invited.status == 200, invited.text
    secret = secret_of(invited.json["link"]["url"])
    used = await desk.anyone.post(
        "/api/one-time-link/use", {"secret": secret, "login": login, "password": PASSWORD}
    )
    assert used.status == 200, used.text
    token = await desk.anyone.post("/api/company/get-token", {"login": login, "password": PASSWORD})
    return Colleague(invited.json["user"]["id"], login, desk.anyone.bearer(token.json))
