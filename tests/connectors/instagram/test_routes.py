"""Both ways to log in: what is asked, subscribed, checked, renewed and sent."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opdesk import parts
from opdesk.connectors.base import (
    DeliveryError,
    HookCall,
    MediaType,
    Outbound,
    OutboundFile,
    PlatformError,
    Problem,
    Profile,
    SettingRefused,
    Trouble,
    Unreachable,
)
from opdesk.connectors.declaration import checked
from opdesk.connectors.instagram.connector import Instagram
from opdesk.connectors.instagram.declaration import FIELDS, INSTAGRAM
from opdesk.kit.http_client import HttpClient
from opdesk.simulators.base import Reply
from opdesk.simulators.instagram import InstagramAccount
from opdesk.simulators.meta import refusal
from tests.fakes import MovableClock
from tests.meta import OLENA
from tests.servers import serving

HOOK = "https://desk.example.com/hooks/1/5"


class Line:
    """An account, and its connector with what OpDesk and Meta fill in."""

    def __init__(self, account: InstagramAccount, http: HttpClient, url: str) -> None:
        self.account, self._http = account, http
        given = checked(INSTAGRAM.settings, account.settings(url))
        self.settings = {
            **given,
            "verifyToken": "ours",
            "accountId": account.account_id,
            "pageId": account.page_id,
        }
        self.instagram = self.with_settings()

    def with_settings(self, **more: str) -> Instagram:
        return Instagram(self._http, {**self.settings, **more})

    async def sends(self, text: str = "так", **more: Any) -> str:
        return await self.instagram.send(
            Outbound(message_id=1, chat_id=OLENA.id, text=text, **more)
        )


async def opened(account: InstagramAccount, allow: Any = parts.LOOPBACK) -> AsyncIterator[Line]:
    http = HttpClient(allow)
    async with serving(account) as url:
        line = Line(account, http, url)
        await account.writes(OLENA, "Добрий день")
        yield line
    await http.close()


@pytest.fixture
async def direct(clock: MovableClock) -> AsyncIterator[Line]:
    """By Instagram's own login."""
    async for line in opened(InstagramAccount(clock)):
        yield line


@pytest.fixture
async def by_page(clock: MovableClock) -> AsyncIterator[Line]:
    """By Facebook's login."""
    async for line in opened(InstagramAccount(clock, is_by_page=True)):
        yield line


async def test_each_login_says_which_account_it_is(direct: Line, by_page: Line) -> None:
    for line, filled in ((direct, {}), (by_page, {"pageId": by_page.account.page_id})):
        account = await line.instagram.identify()
        assert (account.id, account.sender) == ("17841400538867190", "demo.shop")
        assert account.settings == {"accountId": "17841400538867190", **filled}


async def test_the_account_may_stand_inside_data(direct: Line) -> None:
    told = {"data": [{"user_id": 17841400538867190, "username": "demo.shop"}]}
    direct.account.faults.refusals["me"] = [Reply(200, told)]

    assert (await direct.instagram.identify()).id == "17841400538867190"


@pytest.mark.parametrize("body", [{}, [], {"data": []}, {"id": "5"}])
async def test_an_answer_without_an_account_is_refused(
    direct: Line, by_page: Line, body: Any
) -> None:
    for line in (direct, by_page):
        line.account.faults.refusals["me"] = [Reply(200, body)]
        with pytest.raises(PlatformError):
            await line.instagram.identify()


async def test_a_secret_that_is_not_the_apps_is_named(by_page: Line) -> None:
    with pytest.raises(SettingRefused) as refused:
        await by_page.with_settings(appSecret="f" * 32).identify()

    assert refused.value.name == "appSecret"


def test_each_login_signs_with_its_own_secret() -> None:
    account = InstagramAccount()
    body = b'{"object":"instagram","entry":[]}'
    headers = {name.lower(): text for name, text in account.signed(body).items()}
    call = HookCall(headers, body)
    secret = account.app_secret

    assert Instagram.is_genuine(call, "", {"instagramAppSecret": secret, "appSecret": "other"})
    assert Instagram.is_genuine(call, "", {"loginRoute": "facebook", "appSecret": secret})
    assert not Instagram.is_genuine(call, "", {"appSecret": secret})
    assert not Instagram.is_genuine(replace(call, body=body + b" "), "", {"appSecret": secret})


def test_the_verify_token_answers_meta() -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "5", "hub.verify_token": "ours"}

    assert Instagram.challenge(asked, {"verifyToken": "ours"}) == "5"
    assert Instagram.challenge(asked, {"verifyToken": "other"}) is None


def test_two_accounts_of_one_app_have_one_address() -> None:
    one = {"instagramAppId": "1", "instagramAppSecret": "x"}

    assert Instagram.is_one_app(one, {**one, "accountId": "6"})
    assert not Instagram.is_one_app(one, {**one, "loginRoute": "facebook"})
    assert not Instagram.is_one_app({}, {})


async def test_by_instagrams_login_the_account_is_subscribed(direct: Line) -> None:
    await direct.instagram.set_webhook(HOOK, "")

    assert direct.account.subscribed == set(FIELDS)
    assert direct.account.sent("subscriptions") == []
    assert await direct.instagram.check(HOOK) == []
    await direct.instagram.remove_webhook()
    assert direct.account.subscribed == set()


async def test_by_facebooks_login_a_page_keeps_what_messenger_needs(by_page: Line) -> None:
    account = by_page.account
    account.hook.url, account.hook.fields = HOOK, set(FIELDS)
    await by_page.instagram.set_webhook(HOOK, "")
    assert account.subscribed == {"messages"}
    assert await by_page.instagram.check(HOOK) == []

    account.subscribed = {"messages", "message_reads"}
    await by_page.instagram.set_webhook(HOOK, "")
    await by_page.instagram.remove_webhook()
    assert account.subscribed == {"messages", "message_reads"}

    account.subscribed = {"messages"}
    await by_page.instagram.remove_webhook()
    assert account.subscribed == set()
    await by_page.instagram.remove_webhook()


async def test_a_channel_that_never_was_connected_is_let_go() -> None:
    http = HttpClient()
    given = {"instagramToken": "IGAAnobody"}

    await Instagram(http, given).remove_webhook()
    await http.close()


async def test_what_is_wrong_by_instagrams_login(direct: Line) -> None:
    account = direct.account
    assert await direct.instagram.check(HOOK) == [Trouble("notSubscribed")]
    account.subscribed = set(FIELDS) - {"message_edit"}
    assert await direct.instagram.check(HOOK) == [
        Trouble("fieldsMissing", {"names": "message_edit"})
    ]
    assert await direct.instagram.check(None) == [Trouble("noWebhook")]
    account.faults.refusals["subscribed_apps"] = [refusal(403, 10, 0, "no permission")]
    assert await direct.instagram.check(HOOK) == [Trouble("appRefused", {"words": "no permission"})]
    account.faults.refusals["subscribed_apps"] = [Reply(503, {})]
    assert [one.code for one in await direct.instagram.check(HOOK)] == ["unreachable"]
    account.faults.refusals["me"] = [refusal(401, 190, 0, "ended")]
    assert await direct.instagram.check(HOOK) == [Trouble("tokenRefused", {"words": "ended"})]
    account.faults.is_down = True
    assert [one.code for one in await direct.instagram.check(HOOK)] == ["unreachable"]


async def test_what_is_wrong_by_facebooks_login(by_page: Line) -> None:
    account = by_page.account
    assert await by_page.instagram.check(HOOK) == [Trouble("webhookForeign")]
    account.hook.url, account.hook.fields = HOOK, {"messages"}
    assert await by_page.instagram.check(HOOK) == [Trouble("notSubscribed")]
    account.subscribed = {"messages"}
    account.scopes, account.token_ends_at = ["instagram_basic"], 1_798_675_200
    found = await by_page.instagram.check(HOOK)
    assert [one.code for one in found] == ["permissionsMissing", "tokenEnds", "fieldsMissing"]
    assert found[0].params["names"] == "instagram_manage_messages, pages_manage_metadata"


async def test_an_address_on_a_private_network_is_the_settings_fault(clock: MovableClock) -> None:
    async for line in opened(InstagramAccount(clock), ()):
        assert [one.code for one in await line.instagram.check(HOOK)] == ["addressRefused"]
        with pytest.raises(SettingRefused) as refused:
            await line.instagram.identify()
        assert refused.value.name == "instagramUrl"


async def test_a_token_is_renewed_and_the_new_one_works(direct: Line) -> None:
    before = direct.account.token
    renewed = await direct.instagram.renew()

    assert renewed == {"instagramToken": direct.account.token} != {"instagramToken": before}
    assert (await direct.with_settings(**renewed).identify()).sender == "demo.shop"
    [call] = direct.account.sent("refresh_access_token")
    assert call.path == "/refresh_access_token"


async def test_a_pages_token_is_not_renewed(by_page: Line) -> None:
    assert await by_page.instagram.renew() == {}
    assert by_page.account.sent("refresh_access_token") == []


async def test_a_token_too_young_to_be_renewed_waits(direct: Line) -> None:
    direct.account.faults.refusals["refresh_access_token"] = [refusal(400, 100, 0, "too young")]
    assert await direct.instagram.renew() == {}

    direct.account.faults.refusals["refresh_access_token"] = [Reply(200, {"what": 1})]
    assert await direct.instagram.renew() == {}


async def test_a_token_that_has_ended_says_so(direct: Line) -> None:
    direct.account.faults.is_key_refused = True
    with pytest.raises(PlatformError) as refused:
        await direct.instagram.renew()
    direct.account.faults.is_down = True
    with pytest.raises(Unreachable):
        await direct.instagram.renew()

    assert direct.account.token not in str(refused.value)


async def test_a_text_is_counted_in_bytes(direct: Line) -> None:
    limits = INSTAGRAM.limits
    assert limits.text_bytes == 1_000
    await direct.sends("ї" * 500)
    with pytest.raises(DeliveryError) as refused:
        await direct.sends("ї" * 501)

    assert refused.value.problem is Problem.BAD_REQUEST
    [call, _] = direct.account.sent("messages")
    assert call.body == {"recipient": {"id": OLENA.id}, "message": {"text": "ї" * 500}}


def file(path: Path, url: str, kind: MediaType, suffix: str) -> OutboundFile:
    return OutboundFile(path, f"a.{suffix}", suffix, kind, 1, "image/jpeg", url)


async def test_a_file_is_fetched_by_instagram_itself(direct: Line, tmp_path: Path) -> None:
    url = direct.account.host(("a.jpg", "image/jpeg", b"content"))

    await direct.sends("", file=file(tmp_path, url, MediaType.PHOTO, "JPG"))

    line = direct.account.phones[OLENA.id][-1]
    assert line.file is not None
    assert (line.kind, line.file[2]) == (MediaType.PHOTO, b"content")


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        (MediaType.PHOTO, "webp"),
        (MediaType.AUDIO, "ogg"),
        (MediaType.VIDEO, "mkv"),
        (MediaType.FILE, "docx"),
    ],
)
async def test_a_file_that_instagram_does_not_take_is_not_sent(
    direct: Line, tmp_path: Path, kind: MediaType, suffix: str
) -> None:
    with pytest.raises(DeliveryError) as refused:
        await direct.sends("", file=file(tmp_path, "http://x.example.com/a", kind, suffix))

    assert (refused.value.problem, refused.value.is_permanent) == (Problem.UNSUPPORTED, True)
    assert direct.account.sent("messages") == []


async def test_a_late_answer_is_a_human_agents(by_page: Line, clock: MovableClock) -> None:
    clock.move(seconds=25 * 3600)
    with pytest.raises(DeliveryError) as refused:
        await by_page.sends()
    await by_page.sends("пізно", is_late=True)

    assert refused.value.problem is Problem.WINDOW_CLOSED
    assert by_page.account.phones[OLENA.id][-1].text == "пізно"
    assert by_page.account.sent("messages")[-1].body["tag"] == "HUMAN_AGENT"


async def test_typing_reading_and_names(direct: Line) -> None:
    await direct.instagram.show_typing(OLENA.id)
    await direct.instagram.mark_read(OLENA.id, "m_1")
    known = await direct.instagram.profile_of(OLENA.id)
    direct.account.nameless.add(OLENA.id)

    assert [action for _, action in direct.account.typing] == ["typing_on", "mark_seen"]
    assert known == Profile("Олена Коваль", "олена.коваль")
    assert await direct.instagram.profile_of(OLENA.id) is None


@pytest.mark.parametrize(
    ("body", "profile"),
    [
        ({"name": None, "username": "olena"}, Profile("olena", "olena")),
        ({"name": " ", "username": None}, None),
        ({"name": 5}, None),
    ],
)
async def test_a_profile_may_say_little(direct: Line, body: Any, profile: Profile | None) -> None:
    direct.account.faults.refusals["person"] = [Reply(200, body)]

    assert await direct.instagram.profile_of(OLENA.id) == profile


async def test_a_customers_file_is_fetched(direct: Line) -> None:
    url = direct.account.host(("a.jpg", "image/jpeg", b"content"))

    async with direct.instagram.fetch(url) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == b"content"


def test_a_broken_call_is_about_its_customer() -> None:
    assert Instagram.chat_of(b'{"entry":[{"sender":{"id":"5"}') == "5"
