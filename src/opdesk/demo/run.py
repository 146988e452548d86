"""`opdesk demo`: the real server with a company to try, and a Telegram of its own beside it.

The simulated Telegram listens on the loopback and speaks the Bot API's wire format both ways, so
every message of the demo takes the way that a real one takes. The bot's token is kept in the
demo's folder, so that the next start goes on with the same chats.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvicorn
from rich.console import Console
from rich.table import Table

from opdesk.accounts import actions as accounts
from opdesk.accounts.model import CompanyCaller
from opdesk.channels import actions as channels
from opdesk.chats import actions as chats
from opdesk.chats.model import ChatFilter, Page
from opdesk.connectors.actions import ChannelChange, NewChannel
from opdesk.kit.clock import HOUR_MS
from opdesk.kit.context import Tx
from opdesk.kit.ids import new_secret
from opdesk.operators import actions as operators
from opdesk.parts import Services
from opdesk.server import StartError, listening, open_socket, owned_data_folder
from opdesk.settings import Settings
from opdesk.simulators.telegram import Customer, TelegramPlatform
from opdesk.users import actions as users

LOGIN, PASSWORD = "demo", "opdesk demo desk"
OPERATOR_LOGIN, OPERATOR_PASSWORD = "olena", "olena at the desk"
# Both are printed at every start: the demo listens on the loopback only.
TELEGRAM_PORT = 8081
STATE_FILE = "demo.json"
TOKEN_HOURS = 24
TARAS = Customer(500_100_001, "Тарас", "Бондар", "taras_b")
OLHA = Customer(500_100_002, "Ольга", "Лисенко")
JOHN = Customer(500_100_003, "John", "Carter", "jcarter")
TARAS_PHONE, OLHA_PHONE = "380501234567", "380671112233"
TEXTS: tuple[tuple[Customer, str], ...] = (
    (JOHN, "Hi! Do you ship to Poland?"),
    (OLHA, "Добрий вечір! Чи можна поміняти розмір куртки?"),
    (OLHA, "Замовлення 20418, приїхала M, а потрібна S"),
    (TARAS, "Добрий день! Коли прийде моє замовлення?"),
    (TARAS, "Номер 20421, чекаю вже третій день"),
)
ORGANIZATIONS = ("Магазин Київ", "Магазин Львів")
OPERATORS = ((0, "Олена Коваль"), (0, "Іван Лис"), (1, "Марія Дзюба"))


@dataclass(frozen=True)
class Demo:
    """What the demo's first start made; the next one finds it again."""

    company_id: int
    operator_id: int
    chat_id: int


async def run_demo(settings: Settings) -> None:
    """Serve until Ctrl+C. Raises StartError."""
    if settings.database_url:
        settings = replace(settings, database_url="")
    loopback = (ip_network("127.0.0.0/8"),)
    settings = replace(
        settings, outgoing_allow=loopback, public_url=(), log_level="warning", host="127.0.0.1"
    )
    with owned_data_folder(settings):
        state = _read_state(settings.data)
        telegram = TelegramPlatform()
        token = telegram.add_bot(token=state.get("botToken") or f"4242:{new_secret(18)}")
        async with _telegram_server(telegram) as url:
            found: list[Services] = []
            async with listening(settings, found.append) as (server, base):
                demo = await _prepared(found[0], telegram, token, url, state)
                _write_state(settings.data, {**demo.__dict__, "botToken": token})
                await _show(found[0], demo, base)
                await server.ended.wait()


async def _prepared(
    services: Services, telegram: TelegramPlatform, token: str, url: str, state: Mapping[str, Any]
) -> Demo:
    if "company_id" in state:
        await _reconnected(services, state["company_id"], token, url)
        return Demo(state["company_id"], state["operator_id"], state["chat_id"])
    password = await services.passwords.hash(PASSWORD)
    owner = await services.db.write(users.found_company, LOGIN, "Demo", password)
    company_id, company = owner.company_id, owner.caller
    places = [
        (await services.db.write(accounts.add_organization, company, name)).id
        for name in ORGANIZATIONS
    ]
    wanted = operators.new_operators([(places[place], name, None) for place, name in OPERATORS])
    made = await services.db.write(operators.synchronize, company, wanted)
    hashed = await services.passwords.hash(OPERATOR_PASSWORD)
    await services.db.write(operators.set_credentials, company, made[0].id, OPERATOR_LOGIN, hashed)
    settings = {"botToken": token, "apiBaseUrl": url}
    await services.board.connect(company, NewChannel(places[0], 2, None, settings), is_forced=False)
    await customers_write(telegram, token)
    page = await services.db.read(
        chats.list_chats, company, ChatFilter(organization_id=places[0]), Page(50)
    )
    [chat] = [one for one in page.items if one.client.name.startswith(TARAS.first_name)]
    return Demo(company_id, made[0].id, chat.id)


async def customers_write(telegram: TelegramPlatform, token: str) -> None:
    """What the demo begins with. Who has a phone tells it between two texts, as people do."""
    phones = {OLHA.id: OLHA_PHONE, TARAS.id: TARAS_PHONE}
    for customer, text in TEXTS:
        await telegram.writes_to(token, customer, text)
        if phone := phones.pop(customer.id, None):
            await telegram.shares_contact(token, customer, phone)


async def _reconnected(services: Services, company_id: int, token: str, url: str) -> None:
    """The simulated Telegram forgot its webhooks with its process; it may have another port."""
    company = CompanyCaller(company_id)
    known = await services.db.read(channels.list_channels, services.vault, company_id, None)
    for channel in known:
        change = ChannelChange(settings={"botToken": token, "apiBaseUrl": url}, is_enabled=True)
        if channel.settings.get("apiBaseUrl") != url:
            await services.board.change(company, channel.id, change, is_forced=True)
    await services.board.reconnect_all()


async def _show(services: Services, demo: Demo, base: str) -> None:
    token = await services.db.read(_operator_token, services, demo)
    phone = "%2B380" + TARAS_PHONE[3:]
    links = {
        "by chat": f"/?chat_raw_id={demo.chat_id}&token={token}",
        "by phone": f"/?phone={phone}&token={token}",
        "by sender and phone": f"/?from=demo_shop_bot&phone={quote('050 123-45-67')}&token={token}",
        "by source, sender and phone": (
            f"/?source=2&from=demo_shop_bot&phone={TARAS_PHONE}&token={token}"
        ),
    }
    console = Console(soft_wrap=True)
    console.print("\n[bold]OpDesk is ready.[/bold] Open a deep link as a CRM would:\n")
    for name, path in links.items():
        console.print(f"  [dim]{name}[/dim]\n  {base}{path}\n", highlight=False)
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_row("Panel", f"{base}/login", f"{OPERATOR_LOGIN} / {OPERATOR_PASSWORD}")
    table.add_row("Dashboard", f"{base}/dashboard", f"{LOGIN} / {PASSWORD}")
    table.add_row("Swagger", f"{base}/index.html", "")
    console.print(table)
    console.print("\nCtrl+C ends it; what you did stays for the next start.")


def _operator_token(tx: Tx, services: Services, demo: Demo) -> str:
    ends = tx.now + TOKEN_HOURS * HOUR_MS
    claims = operators.claims_for(tx, CompanyCaller(demo.company_id), demo.operator_id, ends)
    return services.tokens.issue(claims)


@contextlib.asynccontextmanager
async def _telegram_server(telegram: TelegramPlatform) -> AsyncIterator[str]:
    """The simulated Bot API on the loopback, on its usual port or a free one."""
    try:
        listener = open_socket("127.0.0.1", TELEGRAM_PORT)
    except StartError:
        listener = open_socket("127.0.0.1", 0)
    config = uvicorn.Config(telegram, log_config=None, access_log=False, lifespan="off")
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def _read_state(folder: Path) -> dict[str, Any]:
    path = folder / STATE_FILE
    found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return found


def _write_state(folder: Path, state: Mapping[str, Any]) -> None:
    path = folder / STATE_FILE
    path.write_text(json.dumps(state))
    path.chmod(0o600)
