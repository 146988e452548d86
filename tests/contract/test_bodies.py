"""Golden bodies: each answer has exactly the properties and forms that the contract gives it.

A golden file stands beside this one for each call; what differs from run to run is written as
`<id>`, `<time>`, `<token>` and `<address>`, so a time or an id of another form fails as well.
"""

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

from tests.realtime.clients import bare_client
from tests.telegram import JPEG, Bot

GOLDEN = Path(__file__).parent
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
FIXED_NUMBERS = {
    "status",
    "source",
    "messSource",
    "chatStatus",
    "countUnread",
    "total",
    "author",
    "type",
    "size",
    "attempt",
    "block",
}


def plain(value: Any, name: str = "") -> Any:
    """The value with everything that changes from run to run written as what it is."""
    if isinstance(value, dict):
        return {key: plain(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, name) for item in value]
    if isinstance(value, str):
        return plain_text(value)
    is_id = value is not None and not isinstance(value, bool) and name not in FIXED_NUMBERS
    return "<id>" if is_id else value


def plain_text(value: str) -> str:
    if TIME.fullmatch(value):
        return "<time>"
    if TOKEN.fullmatch(value):
        return "<token>"
    return "<address>" if value.startswith("http://127.0.0.1:") else value


async def answers(bot: Bot) -> dict[str, Any]:
    """What each call answers, by the name of its golden file."""
    desk, company, operator = bot.desk, bot.desk.acme.api, bot.desk.alice
    kyiv = operator.organization_id
    await company.post("/api/operator/status", {"id": desk.bob.id, "status": 2})
    chat_id = await bot.given_chat()
    photo = {"name": "a.jpg", "format": "jpg", "dataBase64": b64encode(JPEG).decode(), "type": 1}
    sent = await operator.api.post(
        f"/api/chat/{chat_id}/message", {"textMessage": "Вітаю", "media": photo}
    )
    await bot.delivered(sent.json["id"], chat_id)
    found = {
        "organizations": await company.get("/api/company/organization"),
        "operators": await company.get(f"/api/operator?organizationId={kyiv}"),
        "synchronize": await company.post(
            "/api/operator/synchronize", [{"organizationId": kyiv, "name": "Alice"}]
        ),
        "operator_token": await company.post(
            "/api/operator/get-token", {"id": operator.id, "expiresAt": desk.in_hours(1)}
        ),
        "valid_token": await company.post("/api/operator/validate-token", operator.token),
        "invalid_token": await company.post("/api/operator/validate-token", "nonsense"),
        "chats": await operator.api.get("/api/chat/chats"),
        "messages": await operator.api.get(f"/api/chat/{chat_id}/messages"),
        "sent_message": sent,
        "held_message": await company.post(
            f"/api/chat/{chat_id}/message", {"textMessage": "?", "lastSeenMessageId": 1}
        ),
        "channels": await company.get("/api/channel"),
        "channel_check": await company.post(f"/api/channel/{bot.channel_id}/check"),
        "invalid": await company.post("/api/operator/status", {"id": "x", "status": 9}),
        "not_found": await company.post("/api/operator/status", {"id": 2**40, "status": 1}),
        "unauthorized": await desk.anyone.get("/api/company/organization"),
        "forbidden": await operator.api.get("/api/company/organization"),
    }
    return {name: reply.json for name, reply in found.items()}


async def test_rest_answers_have_the_contracts_form(bot: Bot) -> None:
    found = plain(await answers(bot))

    assert found == {name: golden(name) for name in found}


async def test_hub_events_have_the_contracts_form(bot: Bot) -> None:
    photo = {"Name": "a.jpg", "Format": "jpg", "DataBase64": b64encode(JPEG).decode(), "Type": 1}
    expected = golden("hub_events")
    found: dict[str, Any] = {}
    async with bare_client(bot.desk.base_url, bot.desk.alice.token) as client:
        chat_id = await bot.given_chat()
        call = {"type": 1, "target": "SendMediaMessage", "arguments": [chat_id, photo]}
        await client.send(call)
        while found.keys() != expected.keys():
            [event] = await client.events(1)
            found.setdefault(event["target"], event["arguments"])
    # An event shows the state as it is when it is told: the photo may have left by then.
    [photo_told] = found["ReceiveMediaMessage"]
    assert photo_told["status"] in (0, 1)
    photo_told["status"] = 0

    assert plain(found) == expected


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text())
