"""A number is connected, registered and looked at."""

from typing import Any

import pytest

from opdesk.connectors.whatsapp.connector import WhatsApp as Connector
from opdesk.simulators.base import Reply
from opdesk.simulators.whatsapp import WhatsApp
from opdesk.simulators.whatsapp_api import APP, NUMBER
from opdesk.simulators.whatsapp_rules import refusal
from tests.desk import Desk, Reply as Answer
from tests.servers import serving
from tests.whatsapp import Line, connected_line


async def connect(desk: Desk, whatsapp: WhatsApp, **settings: str) -> Answer:
    """Try to connect a number; the desk's answer."""
    async with serving(whatsapp) as url:
        given = {**whatsapp.settings(url), **settings}
        body = {"organizationId": desk.acme.organizations[0], "source": 3, "settings": given}
        return await desk.acme.api.post("/api/channel", body)


async def test_a_number_is_registered_for_itself(line: Line) -> None:
    [channel] = (await line.desk.acme.api.get("/api/channel")).json

    assert line.whatsapp.callback.endswith(f"/hooks/{line.desk.acme.id}/{line.channel_id}")
    assert (channel["from"], channel["state"]) == ("+380441234567", "webhook")
    assert channel["settings"]["accessToken"] == channel["settings"]["appSecret"] == "***"
    assert channel["settings"]["verifyToken"] not in ("", "***")
    assert line.whatsapp.subscribed == {APP}
    assert await line.check() == []


async def test_another_programs_callback_of_the_app_is_left_alone(desk: Desk) -> None:
    whatsapp = WhatsApp(desk.clock)
    there = {
        "object": "whatsapp_business_account",
        "callback_url": "https://crm.example.com/meta",
        "active": True,
        "fields": [{"name": "messages"}],
    }
    whatsapp.subscription = dict(there)

    async with connected_line(desk, whatsapp) as line:
        assert await line.check() == []

    assert whatsapp.subscription == there
    assert whatsapp.sent("POST subscriptions") == []


async def test_an_app_without_the_field_is_refused_with_what_to_do(desk: Desk) -> None:
    whatsapp = WhatsApp(desk.clock)
    whatsapp.subscription = {
        "object": "whatsapp_business_account",
        "callback_url": "https://crm.example.com/meta",
        "fields": [{"name": "account_update"}],
    }

    reply = await connect(desk, whatsapp)

    assert reply.status == 400
    assert "Webhook fields" in reply.text
    assert (await desk.acme.api.get("/api/channel")).json == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"accessToken": "EAAJ-of-somebody-else-0"}, "accessToken"),
        ({"phoneNumberId": "106540352242999"}, "phoneNumberId"),
        ({"wabaId": "102290129340999"}, "wabaId"),
        ({"appSecret": "0" * 32}, "appSecret"),
        ({"accessToken": "пароль"}, "accessToken"),
        ({"phoneNumberId": "+380441234567"}, "phoneNumberId"),
        ({"appSecret": "short"}, "appSecret"),
        ({"apiVersion": "26"}, "apiVersion"),
        ({"apiBaseUrl": "http://10.0.0.1"}, "apiBaseUrl"),
    ],
)
async def test_what_is_wrong_with_a_setting_is_said_of_it(
    desk: Desk, given: dict[str, str], field: str
) -> None:
    reply = await connect(desk, WhatsApp(desk.clock), **given)

    assert (reply.status, list(reply.json["errors"])) == (400, [f"settings.{field}"])
    assert "EAAJ" not in reply.text.replace("EAAJB…", "")


async def test_a_number_of_another_account_is_refused(desk: Desk) -> None:
    whatsapp = WhatsApp(desk.clock)
    whatsapp.faults.refusals["GET phone_numbers"] = [Reply(200, {"data": [{"id": "1"}]})]

    reply = await connect(desk, whatsapp)

    assert list(reply.json["errors"]) == ["settings.wabaId"]


async def test_a_silent_platform_saves_nothing(desk: Desk) -> None:
    whatsapp = WhatsApp(desk.clock)
    whatsapp.faults.is_down = True

    assert (await connect(desk, whatsapp)).status == 503


async def test_a_disconnected_number_calls_nobody(line: Line) -> None:
    await line.desk.acme.api.delete(f"/api/channel/{line.channel_id}")

    assert line.whatsapp.callback == ""
    assert line.whatsapp.subscribed == {APP}, "the app may serve other numbers"


def told(info: dict[str, Any]) -> dict[str, Any]:
    return {"token_info": info}


FINDS: list[tuple[str, dict[str, Any]]] = [
    ("tokenTemporary", told({"app_id": APP, "is_valid": True, "expires_at": 1_800_000_000})),
    ("tokenForeign", told({"app_id": "5", "is_valid": True})),
    (
        "permissionMissing",
        told({"app_id": APP, "is_valid": True, "scopes": ["whatsapp_business_messaging"]}),
    ),
    ("tokenRefused", told({"app_id": APP, "is_valid": False})),
    (
        "numberRestricted",
        {
            "health": {
                "can_send_message": "BLOCKED",
                "entities": [{"errors": [{"error_description": "No payment method."}]}],
            }
        },
    ),
    ("webhookForeign", {"callback": "https://crm.example.com/meta"}),
    ("notSubscribed", {"subscribed": set()}),
    ("notSubscribed", {"subscription": None}),
    ("secretRefused", {"app_secret": "0" * 32}),
]


@pytest.mark.parametrize(("code", "state"), FINDS)
async def test_a_check_finds_what_is_wrong(line: Line, code: str, state: dict[str, Any]) -> None:
    for name, value in state.items():
        setattr(line.whatsapp, name, value)

    assert await line.check() == [code]


async def test_a_check_tells_metas_own_words(line: Line) -> None:
    line.whatsapp.health = {
        "can_send_message": "LIMITED",
        "entities": [
            {"errors": [{"error_description": "No payment.", "possible_solution": "Pay."}]},
            {"errors": 5},
            7,
        ],
    }

    reply = await line.desk.acme.api.post(f"/api/channel/{line.channel_id}/check?language=en")

    assert "No payment. Pay." in reply.json["problems"][0]


async def test_a_check_of_a_number_that_is_gone_or_silent(line: Line) -> None:
    gone = refusal(100, "Object does not exist", 400, 33)
    line.whatsapp.faults.refusals["GET number"] = [gone]
    assert await line.check() == ["numberRefused"]

    line.whatsapp.faults.is_down = True
    assert await line.check() == ["platformSilent"]


def test_an_app_with_its_secret_is_one_app() -> None:
    ours = {"appId": "1", "appSecret": "s"}

    assert Connector.is_one_app(ours, {**ours, "phoneNumberId": NUMBER})
    assert not Connector.is_one_app(ours, {**ours, "appSecret": "other"})
    assert not Connector.is_one_app(ours, {**ours, "appId": "2"})
    assert not Connector.is_one_app({}, {})


@pytest.mark.parametrize(
    ("phone", "chat_id"), [("+380501234567", "380501234567"), ("", None), ("+", None)]
)
def test_a_phone_is_a_chats_id(phone: str, chat_id: str | None) -> None:
    assert Connector.chat_with(phone) == chat_id
