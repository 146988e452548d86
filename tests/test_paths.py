"""Every route with a number in its path, taken from the application itself."""

import re

import pytest

from opdesk.main import rest_api
from tests.desk import Desk

IMPOSSIBLE = (0, -1, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30, int("9" * 4000))


def numbered_routes(desk: Desk) -> list[tuple[str, str]]:
    app = rest_api()
    return sorted(
        (method, route.path)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if ":int}" in route.path and method in ("GET", "POST", "PUT", "DELETE")
    )


@pytest.mark.parametrize("number", IMPOSSIBLE, ids=lambda number: str(number)[:24])
async def test_a_number_that_no_id_can_be_is_not_found(desk: Desk, number: int) -> None:
    routes = numbered_routes(desk)
    assert len(routes) >= 10
    answers = {}
    for method, path in routes:
        names = re.findall(r"\{\w+:int\}", path)
        for name in names:
            filled = path.replace(name, str(number))
            address = re.sub(r"\{\w+:\w+\}", "1", filled)
            body = {"json": {"textMessage": "x"}} if method in ("POST", "PUT") else {}
            reply = await desk.acme.api.call(method, address, **body)
            answers[method, path, name] = reply.status

    assert {place: status for place, status in answers.items() if status != 404} == {}


@pytest.mark.parametrize("text", ["abc", "1.0", "1e3", "0x10", "9" * 5000, "true"])
async def test_what_is_no_number_is_not_found(desk: Desk, text: str) -> None:
    for method, path in numbered_routes(desk):
        address = re.sub(r"\{\w+:\w+\}", text, path)
        assert (await desk.acme.api.call(method, address)).status == 404, (method, address)


async def test_a_stranger_does_not_learn_which_numbers_are_possible(desk: Desk) -> None:
    for number in (1, 2**63):
        assert (await desk.anyone.get(f"/api/chat/{number}")).status == 401
