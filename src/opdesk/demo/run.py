"""`opdesk demo`: the real server with a company to try, and every platform of its own beside it.

The simulated platforms listen on the loopback and speak their wire formats both ways, so every
message of the demo takes the way that a real one takes. Tokens, ports and what people's phones
show are kept in the demo's folder, so that the next start goes on with the same chats.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from opdesk.accounts import actions as accounts
from opdesk.accounts.model import CompanyCaller, OrganizationChange
from opdesk.channels import actions as channels
from opdesk.channels.model import Channel, Source
from opdesk.chats import actions as chats
from opdesk.chats.model import ChatFilter, Page
from opdesk.connectors.actions import ChannelChange, NewChannel
from opdesk.demo.cast import TARAS, TARAS_PHONE
from opdesk.demo.phone import Phone
from opdesk.demo.street import doors
from opdesk.demo.town import Town
from opdesk.kit.clock import HOUR_MS
from opdesk.kit.context import Tx
from opdesk.kit.layers import App
from opdesk.operators import actions as operators
from opdesk.organizations import actions as organizations
from opdesk.organizations.model import Tag
from opdesk.parts import Services
from opdesk.server import listening, owned_data_folder
from opdesk.settings import Settings
from opdesk.users import actions as users

LOGIN, PASSWORD = "demo", "opdesk demo desk"
OPERATOR_LOGIN, OPERATOR_PASSWORD = "olena", "olena at the desk"
# Both are printed at every start: the demo listens on the loopback only.
PHONE = "phone"
PORTS = {Source.TELEGRAM_BOT.name: 8081, PHONE: 8082}
"""Wanted at the first start; others are free ones, and all are kept."""
POLL_S = 2.0
"""Of Rozetka, which has no webhooks: quick enough to watch, and next to nothing when idle."""
STATE_FILE = "demo.json"
TOKEN_HOURS = 24
ORGANIZATIONS = ("Магазин Київ", "Магазин Львів")
TAGS = (("Доставка", "#1f7a4d"), ("Повернення", "#b3261e"), ("Оплата", "#2f5fa8"))
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
        town = Town(state.get("botToken"))
        town.resume(settings.data)
        phone = Phone(town)
        async with doors(street(town, phone), {**PORTS, **state.get("ports", {})}) as urls:
            found: list[Services] = []
            async with listening(settings, found.append) as (server, base):
                found[0].pollers.local_every_s = POLL_S
                phone.opens(urls[PHONE], base)
                demo = await prepared(found[0], town, urls, state)
                kept = {name: int(url.rpartition(":")[2]) for name, url in urls.items()}
                told = {"botToken": town.bot_token, "ports": kept, "sources": list(Source)}
                _write_state(settings.data, {**demo.__dict__, **told})
                town.keep(settings.data)
                await _show(found[0], demo, base, urls[PHONE])
                await server.ended.wait()
                town.keep(settings.data)


def street(town: Town, phone: Phone) -> dict[str, App]:
    """Everything that listens beside the desk, by its name."""
    platforms: dict[str, App] = {one.name: it for one, it in town.platforms.items()}
    return {**platforms, PHONE: phone}


async def prepared(
    services: Services, town: Town, urls: Mapping[str, str], state: Mapping[str, Any]
) -> Demo:
    """A company with a channel of each source; what an earlier start has made is found again."""
    if "company_id" in state:
        company = CompanyCaller(state["company_id"])
        await _reconnected(services, company, town, urls)
        [place, *_] = await services.db.read(accounts.list_organizations, company)
        begun = state.get("sources", (Source.TELEGRAM_BOT,))
        await _connected(services, company, place.id, town, urls, set(Source).difference(begun))
        return Demo(state["company_id"], state["operator_id"], state["chat_id"])
    password = await services.passwords.hash(PASSWORD)
    owner = await services.db.write(users.found_company, LOGIN, "Demo", password)
    company_id, company = owner.company_id, owner.caller
    places = [
        (await services.db.write(accounts.add_organization, company, name)).id
        for name in ORGANIZATIONS
    ]
    for organization_id in places:
        await services.db.write(_tagged, company, organization_id)
    wanted = operators.new_operators([(places[place], name, None) for place, name in OPERATORS])
    made = await services.db.write(operators.synchronize, company, wanted)
    hashed = await services.passwords.hash(OPERATOR_PASSWORD)
    await services.db.write(operators.set_credentials, company, made[0].id, OPERATOR_LOGIN, hashed)
    await _connected(services, company, places[0], town, urls, set(Source))
    page = await services.db.read(
        chats.list_chats,
        company,
        ChatFilter(organization_id=places[0], source=Source.TELEGRAM_BOT),
        Page(50),
    )
    [chat] = [one for one in page.items if one.client.name.startswith(TARAS.first_name)]
    return Demo(company_id, made[0].id, chat.id)


def _tagged(tx: Tx, company: CompanyCaller, place: int) -> None:
    tags = tuple(Tag(name, color) for name, color in TAGS)
    organizations.change(tx, company, place, OrganizationChange(), {"tags": tags})


async def _connected(
    services: Services,
    company: CompanyCaller,
    place: int,
    town: Town,
    urls: Mapping[str, str],
    sources: set[Source],
) -> None:
    """Connect a channel of each source, and let people write on it for the first time."""
    for source in sorted(sources):
        new = NewChannel(place, int(source), None, _settings(town, source, urls))
        channel = await services.board.connect(company, new, is_forced=False)
        await _tell_town(services, town, channel)
    await town.begin(sources)


async def _reconnected(
    services: Services, company: CompanyCaller, town: Town, urls: Mapping[str, str]
) -> None:
    """The platforms forgot their webhooks with their process, and may have other ports."""
    known = await services.db.read(channels.list_channels, services.vault, company.company_id, None)
    for channel in known:
        settings = _settings(town, channel.source, urls)
        if channel.source is Source.WIDGET and urls[PHONE] in channel.settings["origins"].split():
            settings = {}  # Others may have been added beside it.
        if any(channel.settings.get(name) != text for name, text in settings.items()):
            change = ChannelChange(settings=settings, is_enabled=True)
            await services.board.change(company, channel.id, change, is_forced=True)
        await _tell_town(services, town, channel)
    await services.board.reconnect_all()


def _settings(town: Town, source: Source, urls: Mapping[str, str]) -> dict[str, str]:
    if source is Source.WIDGET:
        return {"origins": urls[PHONE]}
    return town.platforms[source].settings(urls[source.name])


async def _tell_town(services: Services, town: Town, channel: Channel) -> None:
    """What people do by hand: addresses that they enter on a platform, the tag of a page."""
    url = services.board.webhook_url(channel)
    if channel.source is Source.VIBER:
        town.viber.inbound_url = town.viber.status_url = url
    if channel.source is Source.INSTAGRAM and channel.is_enabled:
        await town.instagram.paste(url, channel.settings["verifyToken"])
    if channel.source is Source.WIDGET:
        town.shop.key = channel.settings["publicKey"]


async def _show(services: Services, demo: Demo, base: str, phone_url: str) -> None:
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
    table.add_column()
    # An address that is cut is none.
    table.add_column(no_wrap=True, overflow="ignore")
    table.add_column()
    table.add_row("Panel", f"{base}/login", f"{OPERATOR_LOGIN} / {OPERATOR_PASSWORD}")
    table.add_row("Dashboard", f"{base}/dashboard", f"{LOGIN} / {PASSWORD}")
    table.add_row("Customer's phone", f"{phone_url}/", "write as a customer")
    table.add_row("Demo shop", f"{phone_url}/shop", "")
    table.add_row("Swagger", f"{base}/index.html", "")
    console.print(table)
    console.print("\nCtrl+C ends it; what you did stays for the next start.")


def _operator_token(tx: Tx, services: Services, demo: Demo) -> str:
    ends = tx.now + TOKEN_HOURS * HOUR_MS
    claims = operators.claims_for(tx, CompanyCaller(demo.company_id), demo.operator_id, ends)
    return services.tokens.issue(claims)


def _read_state(folder: Path) -> dict[str, Any]:
    path = folder / STATE_FILE
    found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return found


def _write_state(folder: Path, state: Mapping[str, Any]) -> None:
    path = folder / STATE_FILE
    path.write_text(json.dumps(state))
    path.chmod(0o600)
