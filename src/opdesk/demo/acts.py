"""What a person can do on each platform, by one name on all of them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from opdesk.channels.model import Source
from opdesk.demo.cast import CUSTOMERS, PHONES
from opdesk.kit.clock import SECOND_MS
from opdesk.media.model import MediaType
from opdesk.simulators.base import Line, Person, Platform
from opdesk.simulators.facebook import FacebookPage
from opdesk.simulators.meta import Meta
from opdesk.simulators.telegram import Customer, TelegramPlatform
from opdesk.simulators.viberbot import ViberBotPlatform
from opdesk.simulators.whatsapp import WhatsApp

_FILES = {"image/": MediaType.PHOTO, "video/": MediaType.VIDEO, "audio/": MediaType.AUDIO}
NAMES: Mapping[Source, tuple[str, ...]] = {
    Source.VIBER: ("text", "read"),
    Source.VIBER_BOT: ("text", "file", "place", "contact", "read", "block"),
    Source.TELEGRAM_BOT: ("text", "file", "place", "contact", "edit", "block"),
    Source.WHATSAPP: ("text", "file", "place", "contact", "read", "react", "edit", "delete"),
    Source.WIDGET: ("text", "file", "read"),
    Source.ROZETKA: ("text", "file", "read"),
    Source.FACEBOOK: ("text", "file", "read", "react", "edit", "delete", "block"),
    Source.INSTAGRAM: ("text", "file", "read", "react", "delete", "block"),
}
"""What the real platform brings to its company, and the simulated one too."""


class ActRefused(Exception):
    """What the person wants can't be done here, in words for the page."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a person does. `line`: the id of the message that it is about."""

    name: str
    text: str = ""
    line: str = ""
    file: tuple[str, str, bytes] | None = None
    latitude: float = 50.4501
    longitude: float = 30.5234


async def perform(platform: Platform, person: Person, act: Act) -> None:
    """Raises ActRefused."""
    if act.name not in NAMES[platform.source]:
        raise ActRefused(f"{act.name} is not known here")
    if act.name == "text":
        await _writes(platform, person, act.text)
    elif act.name == "file":
        await _sends_file(platform, person, act)
    elif act.name == "read":
        await platform.sees(person)
    else:
        of_source = _OTHERS[platform.source]
        await of_source(platform, person, act)


def is_blocked(platform: Platform, person: Person) -> bool:
    """Whether the person lets the company write no more."""
    if isinstance(platform, TelegramPlatform):
        return int(person.id) in platform.blocked
    if isinstance(platform, ViberBotPlatform):
        return person.id in platform.people and person.id not in platform.subscribers
    return isinstance(platform, Meta) and person.id in platform.blocked


async def _writes(platform: Platform, person: Person, text: str) -> None:
    if not text.strip():
        raise ActRefused("the text is empty")
    if isinstance(platform, TelegramPlatform):
        await customer_writes(platform, _customer(person), text)
    else:
        await platform.writes(person, text)


async def _sends_file(platform: Platform, person: Person, act: Act) -> None:
    if act.file is None or not act.file[2]:
        raise ActRefused("the file is empty")
    mime = act.file[1]
    kinds = [kind for start, kind in _FILES.items() if mime.startswith(start)]
    await platform.sends_file(person, kinds[0] if kinds else MediaType.FILE, act.file, act.text)


async def _on_telegram(platform: Any, person: Person, act: Act) -> None:
    telegram: TelegramPlatform = platform
    customer = _customer(person)
    if act.name == "place":
        await telegram.shares_place(person, act.latitude, act.longitude)
    elif act.name == "contact":
        await tells_phone(telegram, customer, _phone(person).removeprefix("+"))
    elif act.name == "edit":
        line = _line(telegram, person, act.line)
        about = {"from": customer.as_user(), "chat": customer.as_chat()}
        message = {"message_id": int(line.id), "date": line.at // SECOND_MS, **about}
        await telegram.edits(telegram.first_bot, customer, {"message": message}, act.text)
        _reword(telegram, person, line, act.text)
    else:
        is_back = is_blocked(telegram, person)
        await telegram.blocks(telegram.first_bot, customer, is_back=is_back)


async def _on_viber(platform: Any, person: Person, act: Act) -> None:
    viber: ViberBotPlatform = platform
    if act.name == "place":
        await viber.sends_place(person, act.latitude, act.longitude)
    elif act.name == "contact":
        await viber.sends_contact(person, person.name, _phone(person))
    elif is_blocked(viber, person):
        await viber.subscribes(person)
    else:
        await viber.unsubscribes(person)


async def _on_whatsapp(platform: Any, person: Person, act: Act) -> None:
    whatsapp: WhatsApp = platform
    if act.name == "place":
        await whatsapp.sends_place(person, act.latitude, act.longitude)
    elif act.name == "contact":
        await whatsapp.sends_contact(person, (person.name, _phone(person)))
    else:
        await _on_line(whatsapp, person, act)


async def _on_meta(platform: Any, person: Person, act: Act) -> None:
    meta: Meta = platform
    if act.name == "block":
        (meta.blocked.discard if is_blocked(meta, person) else meta.blocked.add)(person.id)
    else:
        await _on_line(meta, person, act)


async def _on_line(platform: WhatsApp | Meta, person: Person, act: Act) -> None:
    """What is done to one message: own ones are edited and deleted, any gets a reaction."""
    line = _line(platform, person, act.line, is_own=act.name != "react")
    if act.name == "react":
        await platform.reacts(person, line.id, act.text or None)
    elif act.name == "delete":
        await platform.takes_back(person, line.id)
    elif isinstance(platform, WhatsApp | FacebookPage):
        await platform.edits(person, line.id, act.text)


_OTHERS: Mapping[Source, Callable[[Any, Person, Act], Awaitable[None]]] = {
    Source.TELEGRAM_BOT: _on_telegram,
    Source.VIBER_BOT: _on_viber,
    Source.WHATSAPP: _on_whatsapp,
    Source.FACEBOOK: _on_meta,
    Source.INSTAGRAM: _on_meta,
}


async def customer_writes(telegram: TelegramPlatform, customer: Customer, text: str) -> None:
    """A text of somebody's who may have a public name."""
    update = await telegram.writes_to(telegram.first_bot, customer, text)
    _show(telegram, customer, update, text)


async def tells_phone(telegram: TelegramPlatform, customer: Customer, phone: str) -> None:
    """Send one's own card. `phone`: digits."""
    update = await telegram.shares_contact(telegram.first_bot, customer, phone)
    _show(telegram, customer, update, f"+{phone}", MediaType.CONTACT)


def _show(
    telegram: TelegramPlatform,
    customer: Customer,
    update: Mapping[str, Any],
    text: str,
    kind: MediaType | None = None,
) -> None:
    name = f"{customer.first_name} {customer.last_name}".strip()
    person = Person(str(customer.id), name, PHONES.get(customer.id))
    telegram.people.setdefault(person.id, person)
    message_id = str(update["message"]["message_id"])
    telegram.show(person.id, Line(message_id, telegram.clock.now_ms(), True, text, None, kind))


def _customer(person: Person) -> Customer:
    return CUSTOMERS.get(int(person.id)) or Customer.of(person)


def _phone(person: Person) -> str:
    return person.phone or "+380501112233"


def _line(platform: Platform, person: Person, line_id: str, *, is_own: bool = True) -> Line:
    for line in platform.phones[person.id]:
        if line.id == line_id and (line.is_theirs or not is_own):
            return line
    raise ActRefused("there is no such message of theirs")


def _reword(platform: Platform, person: Person, line: Line, text: str) -> None:
    lines = platform.phones[person.id]
    lines[:] = [replace(one, text=text) if one.id == line.id else one for one in lines]
