"""Find the chat that a link asks for."""

from opdesk.accounts import access as accounts
from opdesk.channels import actions as channels
from opdesk.channels.model import Channel, Source, sender_key
from opdesk.chats import actions as chats
from opdesk.chats.errors import ChatNotFound
from opdesk.contacts.model import normalize_phone
from opdesk.deeplinks.model import Found, LinkProblem, Target
from opdesk.kit.context import Tx
from opdesk.kit.keyring import Vault
from opdesk.kit.wire import MAX_ID
from opdesk.operators.model import OperatorCaller

MAX_OTHERS = 10


def resolve(tx: Tx, vault: Vault, caller: OperatorCaller, target: Target) -> Found:
    """Where a link leads for this operator: only to chats of their own organization.

    `chat_raw_id` wins; a phone is read as the organization's country writes it; of several chats
    the one with the newest activity is it (contract, Deep links).
    """
    if target.chat_id:
        return _by_id(tx, caller, target.chat_id)
    if target.source and not _is_source(target.source):
        return Found(problem=LinkProblem.UNKNOWN_SOURCE)
    if not target.phone:
        return Found()
    organization = accounts.organization(tx, caller.company_id, caller.organization_id)
    phone = normalize_phone(target.phone, organization.country)
    if phone is None:
        return Found(problem=LinkProblem.BAD_PHONE)
    return _by_phone(tx, vault, caller, target, phone)


def _by_id(tx: Tx, caller: OperatorCaller, text: str) -> Found:
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal()) or not 1 <= int(digits[:17]) <= MAX_ID:
        return Found(problem=LinkProblem.BAD_CHAT_ID)
    try:
        return Found(chat_id=chats.get_chat(tx, caller, int(digits)).id)
    except ChatNotFound:
        return Found(problem=LinkProblem.CHAT_NOT_FOUND)


def _by_phone(tx: Tx, vault: Vault, caller: OperatorCaller, target: Target, phone: str) -> Found:
    company_id, organization_id = caller.company_id, caller.organization_id
    known = chats.list_by_phone(tx, company_id, organization_id, phone)
    wanted = [chat for chat, source, key in known if _fits(target, source, key)]
    found = wanted[0] if wanted else None
    others = [chat for chat, _, _ in known if chat != found][:MAX_OTHERS]
    shown = (chats.find_chat(tx, company_id, chat) for chat in others)
    open_to: list[Channel] = []
    if found is None:
        listed = channels.list_channels(tx, vault, company_id, organization_id)
        open_to = [one for one in listed if _fits(target, one.source, sender_key(one.sender))]
    return Found(
        chat_id=found,
        others=tuple(chat for chat in shown if chat is not None),
        phone=phone,
        channels=tuple(open_to),
    )


def _fits(target: Target, source: int, key: str) -> bool:
    """Whether a channel is the one asked for: case, spaces and a leading @ don't matter."""
    if target.source and int(target.source) != source:
        return False
    return not target.sender or sender_key(target.sender) == key


def _is_source(text: str) -> bool:
    digits = text.strip()
    return len(digits) == 1 and digits.isdecimal() and int(digits) in set(Source)
