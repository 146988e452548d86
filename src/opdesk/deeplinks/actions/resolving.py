"""Find the chat that a link asks for."""

from opdesk.accounts import access as accounts
from opdesk.channels import actions as channels
from opdesk.channels.model import Channel, Source, sender_key
from opdesk.chats import actions as chats
from opdesk.chats.errors import ChatNotFound
from opdesk.contacts.model import normalize_phone
from opdesk.deeplinks.model import Found, LinkProblem, Outcome, Rule, Step, Target
from opdesk.kit.context import Tx
from opdesk.kit.keyring import Vault
from opdesk.kit.wire import MAX_ID
from opdesk.operators.model import Caller

MAX_OTHERS = 10
Reader = tuple[Caller, int]
"""Who opens a link, and the organization whose chats and country it is read by."""


def resolve(tx: Tx, vault: Vault, reader: Reader, target: Target) -> Found:
    """Where a link leads for this reader: an operator only to chats of their own organization.

    `chat_raw_id` wins; a phone is read as the organization's country writes it; of several chats
    the one with the newest activity is it (contract, Deep links).
    """
    if target.chat_id:
        return _by_id(tx, reader, target)
    steps = [Step(Rule.CHAT_ID, Outcome.SKIPPED, "chat_id_absent"), _source_step(target)]
    if steps[-1].outcome is Outcome.FAIL:
        return Found(problem=LinkProblem.UNKNOWN_SOURCE, steps=tuple(steps))
    if not target.phone:
        steps.append(Step(Rule.PHONE, Outcome.SKIPPED, "phone_absent"))
        return Found(steps=tuple(steps))
    organization = accounts.organization(tx, reader[0].company_id, reader[1])
    params: dict[str, str | int] = {
        "country": organization.country,
        "organization": organization.name,
    }
    phone = normalize_phone(target.phone, organization.country)
    if phone is None:
        steps.append(Step(Rule.PHONE, Outcome.FAIL, LinkProblem.BAD_PHONE, params))
        return Found(problem=LinkProblem.BAD_PHONE, steps=tuple(steps))
    steps.append(Step(Rule.PHONE, Outcome.OK, "phone_read", {"phone": phone, **params}))
    return _by_phone(tx, vault, reader, (target, phone), steps)


def fits(target: Target, source: int, key: str) -> bool:
    """Whether a channel is the one asked for: case, spaces and a leading @ don't matter."""
    if target.source and int(target.source) != source:
        return False
    return not target.sender or sender_key(target.sender) == key


def _by_id(tx: Tx, reader: Reader, target: Target) -> Found:
    digits = (target.chat_id or "").strip()
    number = digits.lstrip("0")[:17] if digits.isascii() and digits.isdecimal() else ""
    if not number or int(number) > MAX_ID:
        step = Step(Rule.CHAT_ID, Outcome.FAIL, LinkProblem.BAD_CHAT_ID)
        return Found(problem=LinkProblem.BAD_CHAT_ID, steps=(step,))
    try:
        found = chats.get_chat(tx, reader[0], int(number)).id
    except ChatNotFound:
        step = Step(Rule.CHAT_ID, Outcome.FAIL, LinkProblem.CHAT_NOT_FOUND, {"chat": int(number)})
        return Found(problem=LinkProblem.CHAT_NOT_FOUND, steps=(step,))
    has_more = bool(target.phone or target.sender or target.source)
    code = "chat_id_wins" if has_more else "chat_id_found"
    return Found(chat_id=found, steps=(Step(Rule.CHAT_ID, Outcome.OK, code, {"chat": found}),))


def _source_step(target: Target) -> Step:
    if not target.source:
        return Step(Rule.SOURCE, Outcome.SKIPPED, "source_absent")
    if not _is_source(target.source):
        return Step(Rule.SOURCE, Outcome.FAIL, LinkProblem.UNKNOWN_SOURCE)
    return Step(Rule.SOURCE, Outcome.OK, "source_known", {"source": int(target.source)})


def _by_phone(
    tx: Tx, vault: Vault, reader: Reader, asked: tuple[Target, str], steps: list[Step]
) -> Found:
    (target, phone), company_id = asked, reader[0].company_id
    known = chats.list_by_phone(tx, reader[0], reader[1], phone)
    wanted = [chat for chat, source, key in known if fits(target, source, key)]
    found = wanted[0] if wanted else None
    others = [chat for chat, _, _ in known if chat != found][:MAX_OTHERS]
    shown = (chats.find_chat(tx, company_id, chat) for chat in others)
    asked_for: list[Channel] = []
    further: list[Channel] = []
    if found is None:
        for one in channels.list_channels(tx, vault, company_id, reader[1]):
            is_it = fits(target, one.source, sender_key(one.sender))
            (asked_for if is_it else further).append(one)
    return Found(
        chat_id=found,
        others=tuple(chat for chat in shown if chat is not None),
        phone=phone,
        channels=(*asked_for, *further),
        steps=(*steps, _sender_step(target, bool(wanted or asked_for)), _chats_step(wanted, known)),
    )


def _sender_step(target: Target, has_channel: bool) -> Step:
    if not target.sender:
        return Step(Rule.SENDER, Outcome.SKIPPED, "from_absent")
    if has_channel:
        return Step(Rule.SENDER, Outcome.OK, "from_matches")
    return Step(Rule.SENDER, Outcome.FAIL, "from_matches_nothing")


def _chats_step(wanted: list[int], known: list[tuple[int, int, str]]) -> Step:
    count: dict[str, str | int] = {"count": len(wanted), "elsewhere": len(known) - len(wanted)}
    if not wanted:
        code = "chats_on_other_channels" if known else "chats_none"
        return Step(Rule.CHATS, Outcome.FAIL, code, count)
    code = "chats_newest_wins" if len(wanted) > 1 else "chats_only_one"
    return Step(Rule.CHATS, Outcome.OK, code, {**count, "chat": wanted[0]})


def _is_source(text: str) -> bool:
    digits = text.strip()
    return (
        digits.isascii() and len(digits) == 1 and digits.isdecimal() and int(digits) in set(Source)
    )
