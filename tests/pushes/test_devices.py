"""Remembering and forgetting the browsers of operators."""

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opdesk.backups.restoring import renew
from opdesk.devices import actions as devices, store
from opdesk.devices.model import MAX_DEVICES
from opdesk.kit.keyring import rotate_keys
from opdesk.kit.sql import Statement
from opdesk.parts import KEY_KINDS
from opdesk.settings import Settings
from tests.chats.test_people import begins
from tests.desk import Desk
from tests.fakes import MovableClock
from tests.operators.test_own_sign_in import at_work
from tests.push import Browser, PushService
from tests.servers import opened_new
from tests.telegram import Bot


async def count_of(desk: Desk, operator_id: int) -> int:
    kept = await desk.services.db.read(store.list_of_operator, desk.acme.id, operator_id)
    return len(kept)


async def test_a_browser_stays_one_device_and_is_the_last_ones_who_signed_in(
    desk: Desk, service: PushService
) -> None:
    browser = Browser.new(service)
    first = await browser.subscribes(desk.alice.api)
    assert await browser.subscribes(desk.alice.api, language="en") == first
    assert await browser.subscribes(desk.bob.api) == first
    assert (await count_of(desk, desk.alice.id), await count_of(desk, desk.bob.id)) == (0, 1)

    await browser.subscribes(desk.mallory.api)

    assert await count_of(desk, desk.bob.id) == 0
    assert (await desk.bob.api.delete(f"/api/operator/push/{first}")).status == 404


async def test_an_operator_has_ten_devices_and_the_oldest_goes(
    desk: Desk, service: PushService
) -> None:
    browsers = [Browser.new(service) for _ in range(MAX_DEVICES + 1)]
    ids = [await browser.subscribes(desk.alice.api) for browser in browsers]

    assert await count_of(desk, desk.alice.id) == MAX_DEVICES
    assert (await desk.alice.api.delete(f"/api/operator/push/{ids[0]}")).status == 404
    assert (await desk.alice.api.delete(f"/api/operator/push/{ids[-1]}")).status == 200
    assert await count_of(desk, desk.alice.id) == MAX_DEVICES - 1


async def test_saved_by_many_at_once_a_browser_is_one_device(
    desk: Desk, service: PushService
) -> None:
    browser, people = Browser.new(service), [desk.alice, desk.bob] * 5

    await asyncio.gather(*(browser.subscribes(one.api) for one in people))

    assert await count_of(desk, desk.alice.id) + await count_of(desk, desk.bob.id) == 1


async def test_a_device_is_its_operators_alone(desk: Desk, service: PushService) -> None:
    device = await Browser.new(service).subscribes(desk.alice.api)

    for stranger in (desk.bob, desk.charlie, desk.mallory):
        assert (await stranger.api.delete(f"/api/operator/push/{device}")).status == 404
        assert (await stranger.api.post(f"/api/operator/push/{device}/test")).status == 404
    assert (await desk.acme.api.get("/api/operator/push")).status == 401
    assert await count_of(desk, desk.alice.id) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("endpoint", "http://push.example.com/1"),
        ("endpoint", "http://10.0.0.1/1"),
        ("endpoint", "https://push.example.com/" + "a" * 2000),
        ("endpoint", "https://user@push.example.com/"),
        ("endpoint", "https:///path"),
        ("endpoint", "https://push.example.com:99999/"),
        ("endpoint", "javascript:alert(1)"),
        ("p256dh", "AAAA"),
        ("auth", "AAAA"),
        ("language", "de"),
    ],
)
async def test_what_no_browser_gives_is_refused_by_its_name(
    desk: Desk, service: PushService, field: str, value: Any
) -> None:
    body = await Browser.new(service).body(desk.alice.api, **{field: value})

    reply = await desk.alice.api.put("/api/operator/push", body)

    assert (reply.status, list(reply.json["errors"])) == (400, [field])


async def test_the_panels_sign_out_ends_what_its_browser_is_told(
    bot: Bot, service: PushService
) -> None:
    desk, browser = bot.desk, Browser.new(service)
    panel = await at_work(desk)
    await browser.subscribes(panel)
    other = Browser.new(service)
    await other.subscribes(desk.bob.api)

    assert (await panel.post("/api/operator/sign-out")).status == 200
    await begins(bot)

    await other.told()
    assert browser.pushes == []
    assert await count_of(desk, desk.alice.id) == 0


async def test_keys_that_were_rotated_serve_until_they_are_dropped(
    bot: Bot, service: PushService
) -> None:
    desk, old, new = bot.desk, Browser.new(service), Browser.new(service)
    services = desk.services
    body = await old.body(desk.alice.api)
    await old.subscribes(desk.alice.api)
    await services.db.write(rotate_keys, services.vault, KEY_KINDS, keep_for_ms=10**9)
    await services.keyring.refresh(services.db)
    alice = desk.anyone.bearer(await desk.token_of(desk.acme, desk.alice.id))

    reply = await alice.put("/api/operator/push", body)
    assert (reply.status, reply.json["title"]) == (409, "Another key is in use")
    await new.subscribes(alice)
    await begins(bot)
    assert len(await old.told()) == len(await new.told()) == 1
    keys = {one.pushes[0].headers["authorization"].split("k=")[1] for one in (old, new)}
    assert len(keys) == 2


async def test_a_restored_backup_tells_nobody(desk: Desk, service: PushService) -> None:
    await Browser.new(service).subscribes(desk.alice.api)

    await desk.services.db.write(renew, desk.services.vault, desk.clock.now_ms())

    assert await desk.services.db.read(devices.list_watched) == []


async def test_ended_sessions_devices_are_swept_away(desk: Desk, service: PushService) -> None:
    await Browser.new(service).subscribes(desk.alice.api)
    desk.clock.move(seconds=8 * 3600)

    await desk.services.db.write(devices.forget_ended)

    assert await count_of(desk, desk.alice.id) == 0


async def test_an_installation_can_do_without(settings: Settings, clock: MovableClock) -> None:
    async with opened_new(replace(settings, web_push="off"), clock) as new:
        assert not new.services.push_sender.is_on


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (store.NEWEST_OF_OPERATOR, "push_devices_operator (company_id=? AND operator_id=?)"),
        (store.OF_ORGANIZATION, "push_devices_organization (company_id=? AND organization_id=?)"),
        (store.OF_OPERATOR, "(company_id=? AND organization_id=? AND operator_id=?)"),
        (store.DELETE_OF_SESSION, "push_devices_session (session=?)"),
        (store.DELETE_OF_OPERATOR, "push_devices_operator (company_id=? AND operator_id=?)"),
        (store.DELETE_ENDED, "push_devices_end (ends_at<?)"),
        (store.WATCHED, "push_devices_end (ends_at>?)"),
        (store.BY_ENDPOINT, "(endpoint_key=?)"),
    ],
)
def test_devices_are_found_by_an_index(sqlite_template: Path, asked: Statement, index: str) -> None:
    names = ("company", "organization", "operator", "session", "now", "endpoint_key")
    params = {**asked.sqlite.literals, **dict.fromkeys(names, 1)}
    connection = sqlite3.connect(sqlite_template)

    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked.sqlite.text}", params).fetchall()
    connection.close()

    assert index in plan[0][3]
