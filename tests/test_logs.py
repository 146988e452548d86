"""The log of the real server: what was set is written, and no secret ever is."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from opdesk import parts
from opdesk.kit.wire import time_out
from opdesk.settings import Settings
from opdesk.simulators.telegram import TelegramPlatform
from opdesk.users import actions as users
from tests.desk import PASSWORD, Api, Reply, eventually
from tests.fakes import MovableClock
from tests.push import Browser, PushService, encoded
from tests.realtime.clients import bare_client
from tests.servers import Started, migrated_sqlite, serving, started
from tests.telegram import JPEG, TARAS

BOT_TOKEN = "4242:a-token-of-a-bot-that-nobody-may-read"
PHONE = "380501234567"
WRONG_PASSWORD = "a password that was mistyped"
DEBUG = {"OPDESK_LOG_LEVEL": "debug", "OPDESK_LOG_FORMAT": "json"}


async def given_company(folder: Path) -> Settings:
    settings = Settings(data=folder)
    folder.mkdir()
    migrated_sqlite(folder)
    services = parts.build(settings)
    hashed = services.passwords.hash_now(PASSWORD)
    await services.db.write(users.found_company, "acme", "Acme", hashed)
    services.passwords.close()
    await services.db.close()
    return settings


async def used_in_every_way(
    server: Started, telegram: TelegramPlatform, telegram_url: str
) -> set[str]:
    """Use each secret there is on every way that takes one; the secrets."""
    sign_in = {"login": "acme", "password": PASSWORD}
    await server.api.post("/api/company/get-token", sign_in | {"password": WRONG_PASSWORD})
    company_token = (await server.api.post("/api/company/get-token", sign_in)).json
    acme = server.api.bearer(company_token)
    session = await server.api.post("/api/company/sign-in", sign_in, headers={"Origin": server.url})
    key = (await acme.post("/api/company/key", {"name": "CRM"})).json["key"]
    by_key = Api(server.api.client, {"X-Authorization-Key": key})
    organization = (await by_key.post("/api/company/organization", {"name": "Kyiv"})).json["id"]
    wanted = [{"organizationId": organization, "name": "Olena"}]
    operator = (await by_key.post("/api/operator/synchronize", wanted)).json[0]["id"]
    ends = time_out(MovableClock().now_ms() + 3_600_000)
    token = (await acme.post("/api/operator/get-token", {"id": operator, "expiresAt": ends})).json
    await acme.post("/api/operator/validate-token", token)
    credentials = {"id": operator, "login": "olena", "password": PASSWORD + " 2"}
    await acme.put("/api/operator/credentials", credentials)
    telegram.add_bot(token=BOT_TOKEN)
    settings = {"botToken": BOT_TOKEN, "apiBaseUrl": telegram_url}
    body = {"organizationId": organization, "source": 2, "settings": settings}
    assert (await acme.post("/api/channel", body)).status == 200
    await telegram.shares_contact(BOT_TOKEN, TARAS, PHONE)

    async def chat_of_taras() -> Any:
        return (await acme.get("/api/chat/chats", params={"phone": PHONE})).json["items"] or None

    [chat] = await eventually(chat_of_taras)
    secret = telegram.hooks[BOT_TOKEN]["secret_token"] if BOT_TOKEN in telegram.hooks else BOT_TOKEN
    link = await server.api.get("/", params={"phone": f"+{PHONE}", "token": token})
    async with bare_client(server.url, token) as hub:
        await hub.invoke("SendMessage", chat["id"], "a text that is only theirs")
        await hub.invoke("SendMessage", chat["id"], {"no": "text"})
    upload = await server.api.bearer(token).call("POST", "/api/media?name=a.jpg", content=JPEG)
    sent = await server.api.bearer(token).post(
        f"/api/chat/{chat['id']}/message", {"media": {"id": upload.json["id"]}}
    )
    address = sent.json["media"]["uri"].removeprefix(server.url)
    await server.api.get(address)
    browser = Browser.new(PushService())
    given = {"endpoint": f"https://10.9.9.9{browser.path}"}
    device = await browser.subscribes(server.api.bearer(token), **given)
    await server.api.bearer(token).post(f"/api/operator/push/{device}/test")
    cookies = [value.split(";")[0].split("=", 1)[1] for value in _cookies(session, link)]
    return {
        *(PASSWORD, WRONG_PASSWORD, company_token, key, token, BOT_TOKEN, secret, PHONE),
        *(address, "a text that is only theirs", *cookies),
        *(browser.path, encoded(browser.auth)),
    }


async def broken_call(settings: Settings, server: Started) -> Reply:
    """A call that ends in a mistake of the server's: the database has what it never writes."""
    login = {"login": "acme", "password": PASSWORD}
    acme = server.api.bearer((await server.api.post("/api/company/get-token", login)).json)
    made = await acme.post("/api/company/organization", {"name": "Lviv"})
    wanted = [{"organizationId": made.json["id"], "name": "Ivan"}]
    await acme.post("/api/operator/synchronize", wanted)
    with sqlite3.connect(settings.data / parts.DATABASE_FILE) as database:
        database.execute("UPDATE operators SET status = 99 WHERE name = 'Ivan'")
    return await acme.get(f"/api/operator?organizationId={made.json['id']}")


async def written_to(file: Path) -> str:
    """The log once it has the request that failed: it is written behind the answer."""

    async def complete() -> str | None:
        text = file.read_text()
        return text if '"status": 500' in text or "status=500" in text else None

    return await eventually(complete)


def _cookies(*replies: Any) -> list[str]:
    found = [value for reply in replies for value in reply.headers.get_list("set-cookie")]
    assert len(found) >= 2
    return found


async def test_the_log_at_debug_has_every_request_and_no_secret(tmp_path: Path) -> None:
    settings, file = await given_company(tmp_path / "data"), tmp_path / "log"
    telegram = TelegramPlatform()
    async with serving(telegram) as telegram_url, started(settings, DEBUG, file) as server:
        secrets = await used_in_every_way(server, telegram, telegram_url)
        broken = await broken_call(settings, server)
        written = await written_to(file)

    lines = [json.loads(line) for line in written.splitlines()]
    requests = {
        (line["method"], line["path"], line["status"])
        for line in lines
        if line["event"] == "request"
    }
    assert ("POST", "/api/company/get-token", 401) in requests
    assert ("POST", "/api/operator/validate-token", 200) in requests
    assert ("GET", "/media/…", 200) in requests
    assert (broken.status, "OperatorStatus" in broken.text) == (500, False)
    [failure] = [line for line in lines if line["event"] == "unexpected_error"]
    assert failure["level"] == "error"
    assert "Traceback (most recent call last)" in failure["exception"]
    assert "99 is not a valid OperatorStatus" in failure["exception"]
    assert sorted(secret for secret in secrets if secret in written) == []


@pytest.mark.parametrize(
    ("level", "log_format"), [("info", "json"), ("warning", "text"), ("error", "json")]
)
async def test_above_debug_a_request_that_went_well_is_not_written(
    tmp_path: Path, level: str, log_format: str
) -> None:
    settings, file = await given_company(tmp_path / "data"), tmp_path / "log"
    environment = {"OPDESK_LOG_LEVEL": level, "OPDESK_LOG_FORMAT": log_format}
    async with started(settings, environment, file) as server:
        await server.api.get("/login")
        assert (await server.api.get("/api/company/organization")).status == 401
        await broken_call(settings, server)
        written = await written_to(file)

    assert "/login" not in written
    assert "/api/company/organization" not in written
    assert "unexpected_error" in written
    assert written.startswith("{") is (log_format == "json")
