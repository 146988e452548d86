"""Webhook bodies as the Cloud API writes them."""

import json
from typing import Any

from opdesk.connectors.base import Update
from opdesk.connectors.whatsapp.connector import WhatsApp

NUMBER, WABA = "106540352242922", "102290129340398"
PHONE, USER = "380501234567", "UA.1029849446889445"
AT = 1_790_000_000
CONTACT = {"profile": {"name": "Тарас Бондар"}, "wa_id": PHONE, "user_id": USER}


def message(kind: str, said: Any = None, **more: Any) -> dict[str, Any]:
    """A message of Taras's; `said` is what stands in the property that is called like its kind."""
    one = {"from": PHONE, "from_user_id": USER, "id": "wamid.A", "timestamp": str(AT), "type": kind}
    return {**one, **({kind: said} if said is not None else {}), **more}


def change(field: str = "messages", **lists: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "380441234567", "phone_number_id": NUMBER}
    return {
        "field": field,
        "value": {"messaging_product": "whatsapp", "metadata": metadata, **lists},
    }


def body(*changes: Any) -> bytes:
    entry = [{"id": WABA, "changes": list(changes)}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()


def of(*messages: Any, contacts: Any = (CONTACT,)) -> bytes:
    return body(change(messages=list(messages), contacts=list(contacts)))


def only(raw: bytes) -> Update:
    (update,) = WhatsApp.parse(raw, {})
    return update
