"""Which source is served by which connector: one line each."""

from collections.abc import Mapping

from opdesk.channels.errors import SourceNotServed
from opdesk.channels.model import Channel, Source
from opdesk.connectors.base import Connector
from opdesk.connectors.facebook.connector import Facebook
from opdesk.connectors.instagram.connector import Instagram
from opdesk.connectors.rozetka.connector import Rozetka
from opdesk.connectors.telegram.connector import Telegram
from opdesk.connectors.viber.connector import Viber
from opdesk.connectors.viberbot.connector import ViberBot
from opdesk.connectors.whatsapp.connector import WhatsApp
from opdesk.connectors.widget.connector import Widget
from opdesk.kit.http_client import HttpClient

CONNECTORS: Mapping[Source, type[Connector]] = {
    Source.VIBER: Viber,
    Source.VIBER_BOT: ViberBot,
    Source.TELEGRAM_BOT: Telegram,
    Source.WHATSAPP: WhatsApp,
    Source.FACEBOOK: Facebook,
    Source.INSTAGRAM: Instagram,
    Source.ROZETKA: Rozetka,
    Source.WIDGET: Widget,
}


def connector_class(source: int) -> type[Connector]:
    """Raises SourceNotServed."""
    found = CONNECTORS.get(Source(source)) if source in set(Source) else None
    if found is None:
        served = ", ".join(f"{int(one)} ({one.name.title()})" for one in CONNECTORS)
        raise SourceNotServed.field("source", f"must be one that is served: {served}")
    return found


def connector_of(channel: Channel, http: HttpClient) -> Connector:
    return connector_class(channel.source)(http, channel.settings)
