"""What a company does with its organizations."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from opdesk.accounts import access as accounts, actions as account_actions
from opdesk.accounts.model import CompanyCaller, Organization, OrganizationChange
from opdesk.audit.model import Detail
from opdesk.events.model import EventType
from opdesk.kit.context import Fact, Tx
from opdesk.kit.errors import Invalid
from opdesk.kit.text import matching_key, text_in
from opdesk.organizations import store
from opdesk.organizations.model import (
    MAX_CAPACITY,
    MAX_QUICK_REPLIES,
    MAX_REPLY_CHARS,
    MAX_RETENTION_DAYS,
    MAX_SHIFTS,
    MAX_SHORTCUT_CHARS,
    MAX_TAG_CHARS,
    MAX_TAGS,
    MAX_URL_CHARS,
    PHONE,
    QuickReply,
    Settings,
    Shift,
    Tag,
)

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z")
_MIDNIGHT = "24:00"
_COLOR = re.compile(r"#[0-9a-f]{6}\Z")
_WEEK = 7


def details(tx: Tx, caller: CompanyCaller, organization_id: int) -> tuple[Organization, Settings]:
    """An organization with everything that is set for it. Raises OrganizationNotFound."""
    found = accounts.organization(tx, caller.company_id, organization_id)
    return found, store.find_settings(tx, caller.company_id, organization_id)


def change(
    tx: Tx,
    caller: CompanyCaller,
    organization_id: int,
    change: OrganizationChange,
    settings: Mapping[str, Any],
) -> tuple[Organization, Settings]:
    """Change an organization; `settings` are the given fields of `Settings`, the others stay.

    Raises OrganizationNotFound, and Invalid naming the field.
    """
    tx.lock("organizations", company_id=caller.company_id, id=organization_id)
    known, before = details(tx, caller, organization_id)
    after = checked(replace(before, **settings))
    if after != before:
        store.save_settings(tx, caller.company_id, organization_id, after)
    changed = account_actions.change_organization(
        tx, caller, organization_id, change, _told(before, after)
    )
    if (changed, after) != (known, before):
        place = (caller.company_id, organization_id)
        tx.events.append(Fact(*place, EventType.ORGANIZATION_CHANGED))
    return changed, after


def retentions(tx: Tx) -> list[tuple[int, int, int]]:
    """(company, organization, days) of every organization that lets its chats go."""
    return store.list_retentions(tx)


def retention_of(tx: Tx, company_id: int, organization_id: int) -> int | None:
    """For how many days an organization keeps a chat; None is for ever."""
    return store.find_settings(tx, company_id, organization_id).retention_days


def assigning(tx: Tx) -> list[tuple[int, int]]:
    """(company, organization) of every one that gives its chats to operators by itself."""
    return store.list_assigning(tx)


def settings_of(tx: Tx, company_id: int, organization_id: int) -> Settings:
    """For parts of the program that act for nobody."""
    return store.find_settings(tx, company_id, organization_id)


def checked(given: Settings) -> Settings:
    """The settings as they are stored. Raises Invalid, naming the first bad field."""
    return replace(
        given,
        working_hours=_working_hours(given.working_hours),
        quick_replies=_quick_replies(given.quick_replies),
        tags=_tags(given.tags),
        crm_url=_crm_url(given.crm_url),
        retention_days=_whole("retentionDays", given.retention_days, MAX_RETENTION_DAYS),
        capacity=_whole("capacity", given.capacity, MAX_CAPACITY),
    )


def _working_hours(given: tuple[Shift, ...]) -> tuple[Shift, ...]:
    _check_count("workingHours", given, MAX_SHIFTS)
    for index, shift in enumerate(given):
        place = f"workingHours[{index}]"
        if not 1 <= shift.day <= _WEEK:
            raise Invalid.field(f"{place}.day", "must be 1 (Monday) to 7 (Sunday)")
        if not _TIME.match(shift.begins):
            raise Invalid.field(f"{place}.from", "must be a time such as 09:00")
        if not _TIME.match(shift.ends) and shift.ends != _MIDNIGHT:
            raise Invalid.field(f"{place}.to", "must be a time such as 18:00, at most 24:00")
        if shift.begins >= shift.ends:
            raise Invalid.field(f"{place}.to", "must be later than `from`")
    in_order = sorted(enumerate(given), key=lambda it: (it[1].day, it[1].begins, it[0]))
    for (_, one), (index, other) in pairwise(in_order):
        if one.day == other.day and other.begins < one.ends:
            earlier = f"{one.begins} to {one.ends}"
            raise Invalid.field(f"workingHours[{index}]", f"overlaps {earlier} of the same day")
    return tuple(shift for _, shift in in_order)


def _quick_replies(given: tuple[QuickReply, ...]) -> tuple[QuickReply, ...]:
    _check_count("quickReplies", given, MAX_QUICK_REPLIES)
    found = []
    for index, reply in enumerate(given):
        place = f"quickReplies[{index}]"
        shortcut = text_in(f"{place}.shortcut", reply.shortcut, MAX_SHORTCUT_CHARS)
        if any(char.isspace() for char in shortcut):
            raise Invalid.field(f"{place}.shortcut", "must not contain spaces")
        text = text_in(f"{place}.text", reply.text, MAX_REPLY_CHARS, multiline=True)
        found.append(QuickReply(shortcut, text))
    _check_unique("quickReplies[{}].shortcut", (reply.shortcut for reply in found))
    return tuple(found)


def _tags(given: tuple[Tag, ...]) -> tuple[Tag, ...]:
    _check_count("tags", given, MAX_TAGS)
    found = []
    for index, tag in enumerate(given):
        name = text_in(f"tags[{index}].name", tag.name, MAX_TAG_CHARS)
        color = tag.color.strip().lower()
        if not _COLOR.match(color):
            raise Invalid.field(f"tags[{index}].color", "must be a color such as #1f7a4d")
        found.append(Tag(name, color))
    _check_unique("tags[{}].name", (tag.name for tag in found))
    return tuple(found)


def _crm_url(given: str | None) -> str | None:
    """A template for a link: nothing but a web address, so that it can never run a script."""
    if given is None:
        return None
    url = text_in("crmUrl", given, MAX_URL_CHARS)
    if any(char.isspace() for char in url) or "\\" in url:
        raise Invalid.field("crmUrl", "must not contain spaces or backslashes")
    place = _web_server(url)
    if place is None:
        example = "https://crm.example.com/client?phone={phone}"
        raise Invalid.field("crmUrl", f"must be an address such as {example}")
    if "{" in place or "@" in place:
        raise Invalid.field("crmUrl", "must name its server without a password or {phone}")
    if PHONE not in url:
        raise Invalid.field("crmUrl", "must contain {phone}")
    return url


def _web_server(url: str) -> str | None:
    """Host and port of a web address; None for what is none."""
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts.netloc if is_whole and parts.scheme in ("http", "https") else None


def _whole(name: str, given: int | None, most: int) -> int | None:
    if given is not None and not 1 <= given <= most:
        raise Invalid.field(name, f"must be a whole number from 1 to {most}, or null")
    return given


def _check_count(name: str, given: tuple[Any, ...], most: int) -> None:
    if len(given) > most:
        raise Invalid.field(name, f"must have at most {most} elements")


def _check_unique(place: str, texts: Iterable[str]) -> None:
    seen: Counter[str] = Counter()
    for index, text in enumerate(texts):
        key = matching_key(text)
        if seen[key]:
            raise Invalid.field(place.format(index), f"is there twice: {text}")
        seen[key] += 1


def _told(before: Settings, after: Settings) -> dict[str, Detail]:
    """What of the settings changed, as the audit log has it: no texts of quick replies."""
    return {
        field.name: _detail(getattr(after, field.name))
        for field in fields(Settings)
        if getattr(before, field.name) != getattr(after, field.name)
    }


def _detail(value: Any) -> Detail:
    if isinstance(value, tuple):
        return ", ".join(_word(item) for item in value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _word(item: Shift | QuickReply | Tag) -> str:
    if isinstance(item, Shift):
        return f"{item.day} {item.begins}-{item.ends}"
    return item.shortcut if isinstance(item, QuickReply) else item.name
