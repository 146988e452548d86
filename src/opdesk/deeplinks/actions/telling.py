"""The steps of a link with what they are about: names and times, for a person who asks why."""

from collections.abc import Callable
from dataclasses import replace

from opdesk.accounts.model import CompanyCaller
from opdesk.channels import actions as channels
from opdesk.channels.model import Channel, sender_key
from opdesk.chats import actions as chats
from opdesk.deeplinks.actions.resolving import fits
from opdesk.deeplinks.model import Found, LeadsTo, LinkProblem, Outcome, Rule, Step, Target
from opdesk.kit.context import Tx
from opdesk.kit.keyring import Vault
from opdesk.kit.wire import time_out

WriteFirst = Callable[[Channel], str | None]
"""Why a channel can't write first; None when it can."""
MAX_LISTED = 20
Params = dict[str, str | int]


def explained(
    tx: Tx, vault: Vault, caller: CompanyCaller, target: Target, found: Found
) -> list[Step]:
    """The steps that `resolve` took, for someone who may see the whole company."""
    more: dict[Rule, Callable[[Step], Step]] = {
        Rule.CHAT_ID: lambda step: _about_chat(tx, caller, step),
        Rule.SENDER: lambda step: _about_senders(tx, vault, caller, target, step),
        Rule.CHATS: lambda step: _about_winner(tx, caller, step, found),
    }
    return [more[step.rule](step) if step.rule in more else step for step in found.steps]


def result_step(
    leads_to: LeadsTo, found: Found, problem: str | None, write_first: WriteFirst
) -> Step:
    """What whoever clicks the link sees in the end."""
    params: Params = {"problem": problem} if problem else {}
    if leads_to is LeadsTo.CHAT and found.chat_id is not None:
        params = {"chat": found.chat_id, "others": len(found.others)}
    if leads_to is LeadsTo.COMPOSER:
        able = [one.sender for one in found.channels if write_first(one) is None]
        code = "opens_composer" if able else "opens_composer_without_channels"
        params = {"phone": found.phone or "", "channels": _listed(able)}
        return Step(Rule.RESULT, Outcome.OK if able else Outcome.FAIL, code, params)
    outcome = Outcome.FAIL if problem else Outcome.OK
    return Step(Rule.RESULT, outcome, f"opens_{leads_to.value}", params)


def _about_chat(tx: Tx, caller: CompanyCaller, step: Step) -> Step:
    """A chat by its id: whose it is, also when it is another organization's of the company."""
    number = step.params.get("chat")
    chat = chats.find_chat(tx, caller.company_id, number) if isinstance(number, int) else None
    if chat is None:
        return step
    params = {**step.params, "client": chat.client.name, "organization": chat.organization.name}
    if step.code == LinkProblem.CHAT_NOT_FOUND:
        return replace(step, code="chat_of_another_organization", params=params)
    return replace(step, params=params)


def _about_senders(tx: Tx, vault: Vault, caller: CompanyCaller, target: Target, step: Step) -> Step:
    """The connected channels whose public name is the link's `from`."""
    if not target.sender:
        return step
    listed = channels.list_channels(tx, vault, caller.company_id, None)
    names = [one.sender for one in listed if fits(target, one.source, sender_key(one.sender))]
    return replace(step, params={**step.params, "channels": _listed(names)})


def _about_winner(tx: Tx, caller: CompanyCaller, step: Step, found: Found) -> Step:
    """The chat that won, by which activity, and the next one that lost."""
    chat = chats.find_chat(tx, caller.company_id, found.chat_id) if found.chat_id else None
    if chat is None:
        return step
    params = {
        **step.params,
        "client": chat.client.name,
        "from": chat.sender,
        "activeAt": time_out(chat.active_at),
    }
    if found.others:
        params |= {"next": found.others[0].id, "nextActiveAt": time_out(found.others[0].active_at)}
    return replace(step, params=params)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:MAX_LISTED])
