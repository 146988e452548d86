"""Whether the server lives, and what the doctor finds."""

import asyncio
from typing import Annotated

from litestar import get

from opdesk.accounts.model import CompanyCaller
from opdesk.connectors.given import language_in
from opdesk.doctor.examine import Doctor
from opdesk.doctor.wire import AliveOut, HealthOut
from opdesk.kit import installation
from opdesk.kit.endpoint import ADMIN_ONLY, PUBLIC, Db, Given
from opdesk.kit.errors import Unavailable
from opdesk.kit.query import described

Company = Given[CompanyCaller]
Examiner = Given[Doctor]
Language = Annotated[str | None, described("language", "Of the channels' troubles: uk or en")]
ALIVE_S = 5.0


@get("/healthz", opt=PUBLIC, tags=["Health"])
async def alive(db: Db) -> AliveOut:
    """For containers, proxies and monitoring: 200 while the database answers, else 503."""
    try:
        async with asyncio.timeout(ALIVE_S):
            await db.read(installation.find, installation.EPOCH)
    except TimeoutError as error:
        raise Unavailable("the database does not answer in time") from error
    return AliveOut(status="ok")


@get("/api/health", opt=ADMIN_ONLY, tags=["Health"])
async def health(company: Company, doctor: Examiner, language: Language = None) -> HealthOut:
    """What `opdesk doctor` finds: the server, and the caller's own channels. Takes some seconds.

    It calls the public addresses and the channels' platforms, and sends a file of the largest
    size through the proxy.
    """
    return HealthOut.of(await doctor.examine(company.company_id, language_in(language)))


ROUTES = (alive, health)
