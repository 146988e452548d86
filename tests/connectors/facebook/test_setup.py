"""Connecting a Page: who it is, where its webhook goes, and what can be wrong with it."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from opdesk import parts
from opdesk.connectors.base import HookCall, SettingRefused, Trouble, Unreachable
from opdesk.connectors.declaration import checked
from opdesk.connectors.facebook.connector import Facebook
from opdesk.connectors.facebook.declaration import FACEBOOK, FIELDS
from opdesk.kit.http_client import HttpClient
from opdesk.simulators.facebook import FacebookPage
from opdesk.simulators.meta import refusal
from tests.desk import Desk
from tests.fakes import MovableClock
from tests.meta import OLENA, Linked, linked
from tests.servers import serving

HOOK = "https://desk.example.com/hooks/1/5"


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient(parts.LOOPBACK)
    yield client
    await client.close()


@pytest.fixture
async def page(clock: MovableClock) -> AsyncIterator[FacebookPage]:
    platform = FacebookPage(clock)
    async with serving(platform) as url:
        platform.settings(url)
        yield platform


def connector(page: FacebookPage, http: HttpClient, **more: str) -> Facebook:
    given = {**page.settings(page._base_url), **more}
    filled = {"verifyToken": "ours", "pageId": page.account_id}
    return Facebook(http, {**checked(FACEBOOK.settings, given), **filled})


def subscribed(page: FacebookPage) -> None:
    """As it is after the channel was saved."""
    page.hook.url = HOOK
    page.hook.fields = set(page.subscribed)


async def test_a_page_says_who_it_is(page: FacebookPage, http: HttpClient) -> None:
    account = await connector(page, http).identify()

    assert (account.id, account.sender) == (page.account_id, "Demo Shop")
    assert account.settings == {"pageId": page.account_id}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"appSecret": "f" * 32}, "appSecret"),
        ({"appId": "999999999"}, "appSecret"),
        ({"pageToken": "EAAGanotherTokenAltogether"}, "pageToken"),
    ],
)
async def test_a_setting_that_meta_refuses_is_named(
    page: FacebookPage, http: HttpClient, given: dict[str, str], name: str
) -> None:
    with pytest.raises(SettingRefused) as refused:
        await connector(page, http, **given).identify()

    assert refused.value.name == name
    assert page.token not in str(refused.value)


async def test_a_persons_token_is_not_the_pages(page: FacebookPage, http: HttpClient) -> None:
    told = {"data": {"is_valid": True, "type": "USER"}}
    page.faults.refusals["debug_token"] = [replace(refusal(200, 0), body=told)]

    with pytest.raises(SettingRefused, match="must be the Page's token; this is one of: user"):
        await connector(page, http).identify()


@pytest.mark.parametrize("body", [{"data": {"scopes": 5}}, {"data": 5}, [], None])
async def test_an_answer_that_says_nothing_is_no_token(
    page: FacebookPage, http: HttpClient, body: Any
) -> None:
    page.faults.refusals["debug_token"] = [replace(refusal(200, 0), body=body)]

    with pytest.raises(SettingRefused):
        await connector(page, http).identify()


async def test_a_platform_that_is_down_is_unreachable(page: FacebookPage, http: HttpClient) -> None:
    page.faults.is_down = True

    with pytest.raises(Unreachable):
        await connector(page, http).identify()


async def test_an_address_on_a_private_network_is_the_settings_fault(page: FacebookPage) -> None:
    strict = HttpClient()
    with pytest.raises(SettingRefused) as refused:
        await connector(page, strict).identify()
    troubles = await connector(page, strict).check(HOOK)
    await strict.close()

    assert refused.value.name == "graphUrl"
    assert [one.code for one in troubles] == ["addressRefused"]


async def test_saving_sets_the_webhook_and_does_not_repeat_itself(desk: Desk) -> None:
    page = FacebookPage(desk.clock)
    async with linked(desk, page) as channel:
        http = HttpClient(parts.LOOPBACK)
        token = channel.channel["settings"]["verifyToken"]
        again = connector(page, http, verifyToken=token)
        await again.set_webhook(page.hook.url, "")
        await http.close()

        posts = [call for call in page.sent("subscriptions") if call.method == "POST"]
        assert len(posts) == 1
        assert await found_troubles(channel) == []


async def found_troubles(channel: Linked) -> list[str]:
    reply = await channel.desk.acme.api.post(f"/api/channel/{channel.channel['id']}/check")
    assert reply.status == 200, reply.text
    return [one["code"] for one in reply.json["problems"]]


async def test_a_page_that_is_disconnected_tells_nothing_any_more(desk: Desk) -> None:
    page = FacebookPage(desk.clock)
    async with linked(desk, page) as channel:
        await desk.acme.api.delete(f"/api/channel/{channel.channel['id']}")

        assert page.subscribed == set()
        assert page.hook.url == channel.channel["webhookUrl"]


async def test_a_wrong_verify_token_is_no_address_of_ours(desk: Desk) -> None:
    page = FacebookPage(desk.clock)
    async with linked(desk, page) as channel:
        path = f"{channel.path}?hub.mode=subscribe&hub.challenge=5&hub.verify_token="
        right = channel.channel["settings"]["verifyToken"]

        assert (await desk.anyone.get(path + right)).status == 200
        assert (await desk.anyone.get(path + "wrong")).status == 403
        assert (await desk.anyone.get(path)).status == 403


async def test_everything_in_order_is_no_trouble(page: FacebookPage, http: HttpClient) -> None:
    ready = connector(page, http)
    page.subscribed = set(FIELDS)
    subscribed(page)

    assert await ready.check(HOOK) == []
    other_of_this_company = "https://desk.example.com/hooks/1/7"
    assert await ready.check(other_of_this_company) == []


def lost_scopes(page: FacebookPage) -> None:
    page.scopes = ["pages_messaging"]


def ends(page: FacebookPage) -> None:
    page.token_ends_at = 1_798_675_200


def ends_beyond_the_calendar(page: FacebookPage) -> None:
    page.token_ends_at = 2**60


def foreign(page: FacebookPage) -> None:
    page.hook.url = "https://other.example.com/hooks/1/5"


def nowhere(page: FacebookPage) -> None:
    page.hook.url = ""


def not_subscribed(page: FacebookPage) -> None:
    page.subscribed = set()


def fewer_of_the_app(page: FacebookPage) -> None:
    page.hook.fields -= {"message_edits", "message_reads"}


def fewer_of_the_page(page: FacebookPage) -> None:
    page.subscribed -= {"message_echoes"}


def refused(page: FacebookPage) -> None:
    page.faults.refusals["me"] = [refusal(401, 190, 463, "Session has expired")]


def app_refused(page: FacebookPage) -> None:
    page.faults.refusals["debug_token"] = [refusal(400, 190, 0, "Invalid OAuth access token")]


def down(page: FacebookPage) -> None:
    page.faults.is_down = True


def down_midway(page: FacebookPage) -> None:
    page.faults.refusals["subscriptions"] = [replace(refusal(503, 0), body={})]


@pytest.mark.parametrize(
    ("spoil", "trouble"),
    [
        (lost_scopes, Trouble("permissionsMissing", {"names": "pages_manage_metadata"})),
        (ends, Trouble("tokenEnds", {"date": "2026-12-31"})),
        (ends_beyond_the_calendar, None),
        (foreign, Trouble("webhookForeign")),
        (nowhere, Trouble("webhookForeign")),
        (not_subscribed, Trouble("pageNotSubscribed")),
        (fewer_of_the_app, Trouble("fieldsMissing", {"names": "message_reads, message_edits"})),
        (fewer_of_the_page, Trouble("fieldsMissing", {"names": "message_echoes"})),
        (refused, Trouble("tokenRefused", {"words": "Session has expired"})),
        (app_refused, Trouble("appRefused", {"words": "Invalid OAuth access token"})),
        (down, Trouble("unreachable", {"words": "Meta answered 503"})),
        (down_midway, Trouble("unreachable", {"words": "Meta answered 503"})),
    ],
)
async def test_each_trouble_is_found(
    page: FacebookPage,
    http: HttpClient,
    spoil: Callable[[FacebookPage], None],
    trouble: Trouble | None,
) -> None:
    page.subscribed = set(FIELDS)
    subscribed(page)
    spoil(page)

    found = await connector(page, http).check(HOOK)

    assert found == ([trouble] if trouble else [])


async def test_without_https_nothing_can_come(page: FacebookPage, http: HttpClient) -> None:
    assert await connector(page, http).check(None) == [Trouble("noWebhook")]


async def test_a_channel_that_never_was_connected_is_let_go(http: HttpClient) -> None:
    given = {"pageToken": "EAAGnobody", "appId": "1", "appSecret": "x"}

    await Facebook(http, given).remove_webhook()


def test_a_call_is_genuine_by_the_apps_signature_alone(page: FacebookPage) -> None:
    body = json.dumps({"object": "page"}).encode()
    settings = {"appSecret": page.app_secret}
    headers = {name.lower(): text for name, text in page.signed(body).items()}
    good = HookCall(headers, body)

    assert Facebook.is_genuine(good, "", settings)
    assert not Facebook.is_genuine(replace(good, body=body + b" "), "", settings)
    assert not Facebook.is_genuine(replace(good, headers={}), "", settings)
    assert not Facebook.is_genuine(good, "", {"appSecret": "f" * 32})
    assert not Facebook.is_genuine(good, "", {})
    sha1 = {"x-hub-signature-256": headers["x-hub-signature-256"].replace("256=", "1=")}
    assert not Facebook.is_genuine(replace(good, headers=sha1), "", settings)


async def test_a_forged_call_is_refused_and_stores_nothing(desk: Desk) -> None:
    page = FacebookPage(desk.clock)
    async with linked(desk, page) as channel:
        await page.writes(OLENA, "справжнє")
        body = b'{"object":"page","entry":[]}'
        forged = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
        for headers in ({}, forged, page.signed(body + b" ")):
            reply = await desk.anyone.post(channel.path, content=body, headers=headers)
            assert reply.status == 401

        assert len(await channel.chats()) == 1


def test_two_pages_of_one_app_have_one_address() -> None:
    one = {"appId": "1", "appSecret": "x", "pageId": "5"}

    assert Facebook.is_one_app(one, {**one, "pageId": "6"})
    assert not Facebook.is_one_app(one, {**one, "appSecret": "y"})
    assert not Facebook.is_one_app({}, {})
