"""What the desk does beside answering: its outbox, its channels, and whose clock to believe."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from email.utils import parsedate_to_datetime
from time import monotonic

import psycopg

from opdesk.accounts.model import CompanyCaller
from opdesk.channels import actions as channels
from opdesk.channels.model import Channel, Trouble
from opdesk.connectors.declaration import words_of
from opdesk.connectors.registry import CONNECTORS
from opdesk.doctor.model import Finding, ok, problem, warning
from opdesk.kit import outbox
from opdesk.kit.clock import MINUTE_MS
from opdesk.kit.context import Tx
from opdesk.kit.errors import AppError
from opdesk.kit.http_client import HttpClient, HttpError
from opdesk.kit.migrate import CONNECT_TIMEOUT_S
from opdesk.parts import Services

LATE_MINUTES = 5
AT_ONCE = 8
"""Channels that are asked about at the same time."""
MOST_CHANNELS = 200
CHANNEL_S = 15.0
CLOCK_S = 5.0
RIGHT_S, USABLE_S = 5.0, 30.0
"""How far a clock may be off unnoticed, and before things go wrong."""
MILD = ("unread",)
"""Troubles of a channel that have passed."""


def of_outbox(tx: Tx) -> list[Finding]:
    """Jobs that should have been done, and those that wait for a person."""
    late, oldest = outbox.find_late(tx, tx.now - LATE_MINUTES * MINUTE_MS)
    held = outbox.count_held(tx)
    found = []
    if held:
        line = "opdesk resume-sending"
        found.append(warning("outbox.held", "resume", count=held, line=line))
    if late:
        minutes = (tx.now - oldest) // MINUTE_MS
        found.append(warning("outbox.late", "log", count=late, minutes=minutes))
    return found or [ok("outbox.ok")]


async def of_channels(
    services: Services, company_id: int | None, language: str = "en"
) -> list[Finding]:
    """Each channel of a company, or of all of them, as its platform sees it."""
    known = await services.db.read_slow(_list_channels, services, company_id)
    brake = asyncio.Semaphore(AT_ONCE)

    async def look(channel: Channel) -> list[Finding]:
        async with brake:
            return await _of_channel(services, channel, language)

    looked = await asyncio.gather(*(look(channel) for channel in known[:MOST_CHANNELS]))
    return [finding for findings in looked for finding in findings]


async def clock(services: Services, company_id: int | None) -> Finding:
    """Our clock beside one that is not ours."""
    url = services.settings.database_url
    if url:
        seconds = await asyncio.to_thread(_beside_postgres, services, url)
        return _of_clock(seconds, "PostgreSQL")
    known = await services.db.read_slow(_list_channels, services, company_id)
    for base in dict.fromkeys(_address_of(channel) for channel in known if channel.is_enabled):
        if base and (off := await _beside(services, services.http, base)) is not None:
            return _of_clock(off, base)
    return ok("clock.unchecked")


def _list_channels(tx: Tx, services: Services, company_id: int | None) -> list[Channel]:
    if company_id is None:
        return channels.list_enabled(tx, services.vault)
    return channels.list_channels(tx, services.vault, company_id, None)


async def _of_channel(services: Services, channel: Channel, language: str) -> list[Finding]:
    declaration = CONNECTORS[channel.source].declaration
    about: dict[str, str | int] = {
        "channel": channel.id,
        "source": declaration.name.told(language),
        "from": channel.sender,
    }
    if not channel.is_enabled:
        return [ok("channel.off", **about)]
    asker = CompanyCaller(channel.company_id)
    line = f"{services.settings.primary_url}/dashboard/channels?channel={channel.id}"
    try:
        async with asyncio.timeout(CHANNEL_S):
            _, troubles = await services.board.check(asker, channel.id)
    except (AppError, TimeoutError) as error:
        words = str(error) or "no answer in time"
        return [problem("channel.unseen", "outgoing", **about, words=words)]
    return [
        _of_trouble(trouble, {**about, "words": words_of(declaration, trouble, language)}, line)
        for trouble in _different(troubles)
    ] or [ok("channel.ok", **about)]


def _of_trouble(trouble: Trouble, about: dict[str, str | int], line: str) -> Finding:
    make = warning if trouble.code in MILD else problem
    return make("channel.trouble", "page", **about, code=trouble.code, line=line)


def _different(troubles: Iterable[Trouble]) -> list[Trouble]:
    return list({trouble.code: trouble for trouble in troubles}.values())


def _address_of(channel: Channel) -> str:
    """Where a channel's platform is, if that is a setting of its own."""
    return channel.settings.get("apiBaseUrl", "")


async def _beside(services: Services, http: HttpClient, url: str) -> float | None:
    """Seconds that our clock is ahead of another server's; None when that does not tell."""
    began = monotonic()
    try:
        reply = await http.get(url + "/", timeout_s=CLOCK_S)
        theirs = parsedate_to_datetime(reply.headers.get("date", ""))
    except (HttpError, ValueError, TypeError):
        return None
    # It told whole seconds, some time between the call and the answer.
    return _ahead(services, theirs) - 0.5 - (monotonic() - began) / 2


def _beside_postgres(services: Services, url: str) -> float:
    with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S) as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    return _ahead(services, row[0]) if row else 0.0


def _ahead(services: Services, theirs: datetime) -> float:
    return services.clock.now_ms() / 1000 - theirs.timestamp()


def _of_clock(off: float, against: str) -> Finding:
    seconds = abs(round(off))
    if seconds <= RIGHT_S:
        return ok("clock.ok", against=against)
    make = problem if seconds > USABLE_S else warning
    line = "timedatectl set-ntp true"
    return make("clock.wrong", "time", seconds=seconds, against=against, line=line)
