"""Operators one by one: status, tokens, sign-in."""

from dataclasses import replace

from opdesk.accounts import access as accounts, actions as account_actions
from opdesk.accounts.errors import OrganizationNotFound
from opdesk.accounts.model import CompanyCaller, Organization
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.devices import actions as devices
from opdesk.kit import outbox
from opdesk.kit.clock import HOUR_MS, MINUTE_MS
from opdesk.kit.context import Tx
from opdesk.kit.errors import Invalid
from opdesk.kit.ids import new_uuid
from opdesk.kit.tokens import BadToken, Claims, Tokens
from opdesk.operators import access, store
from opdesk.operators.actions.signing_in import sign_out
from opdesk.operators.errors import LoginTaken, OperatorInactive, OperatorNotFound
from opdesk.operators.model import (
    CLOCK_SKEW_MINUTES,
    LEFT,
    OPERATOR_TOKEN,
    TOKEN_HOURS,
    Caller,
    Operator,
    OperatorCaller,
    OperatorStatus,
    Profile,
    Verdict,
    operator_changed,
)
from opdesk.organizations import actions as organizations
from opdesk.organizations.model import QuickReply


def list_operators(
    tx: Tx, caller: Caller, organization_id: int
) -> tuple[Organization, list[Operator]]:
    """An organization's operators by id, deleted ones included. Raises OrganizationNotFound."""
    if isinstance(caller, OperatorCaller) and caller.organization_id != organization_id:
        raise OrganizationNotFound(f"there is no organization {organization_id}")
    organization = accounts.organization(tx, caller.company_id, organization_id)
    return organization, store.list_operators(tx, caller.company_id, organization_id)


def set_status(tx: Tx, caller: CompanyCaller, operator_id: int, status: OperatorStatus) -> None:
    """Leaving Active ends the operator's sessions and tokens at once, and their chats go back to

    the queue. Raises OperatorNotFound.
    """
    tx.lock("operators", company_id=caller.company_id, id=operator_id)
    operator = access.operator(tx, caller.company_id, operator_id)
    leaves = operator.status is OperatorStatus.ACTIVE and status is not OperatorStatus.ACTIVE
    store.update_status(tx, caller.company_id, operator_id, status, ends_sessions=leaves)
    tx.events.append(operator_changed(operator.company_id, operator.organization_id, operator.id))
    if leaves:
        devices.forget_operator(tx, operator.company_id, operator_id)
        # Later and in batches: they may be thousands.
        queue = outbox.Queue(f"left:{operator_id}")
        outbox.put(tx, operator.company_id, LEFT, {"operator": operator_id}, queue)
    word = status.name.lower()
    audit.record(
        tx, caller, Action.OPERATOR_STATUS_CHANGED, operator_id, name=operator.name, status=word
    )


def sign_out_everywhere(tx: Tx, caller: CompanyCaller, operator_id: int) -> None:
    """End every token, session and connection of an operator at once. Raises OperatorNotFound."""
    tx.lock("operators", company_id=caller.company_id, id=operator_id)
    operator = access.operator(tx, caller.company_id, operator_id)
    sign_out(tx, operator)
    audit.record(tx, caller, Action.OPERATOR_SIGNED_OUT, operator_id, name=operator.name)


def token_end(now: int, wanted: int) -> int:
    """When a token asked for until `wanted` ends: at most 24 hours ahead. Raises Invalid."""
    longest = now + TOKEN_HOURS * HOUR_MS
    if wanted <= now:
        raise Invalid.field("expiresAt", "must be in the future")
    if wanted > longest + CLOCK_SKEW_MINUTES * MINUTE_MS:
        raise Invalid.field("expiresAt", f"must be at most {TOKEN_HOURS} hours ahead")
    return min(wanted, longest)


def claims_for(tx: Tx, caller: CompanyCaller, operator_id: int, expires_at: int) -> Claims:
    """What an operator's token will say. Raises OperatorNotFound, OperatorInactive, Invalid."""
    operator = access.operator(tx, caller.company_id, operator_id)
    if operator.status is OperatorStatus.DELETED:
        raise OperatorNotFound(f"operator {operator_id} is deleted")
    if operator.status is not OperatorStatus.ACTIVE:
        raise OperatorInactive(f"operator {operator_id} is not active")
    ends = token_end(tx.now, expires_at)
    return Claims(
        OPERATOR_TOKEN, operator.id, operator.company_id, operator.epoch, tx.now, ends, new_uuid()
    )


def validate(tx: Tx, tokens: Tokens, caller: CompanyCaller, token: str) -> Verdict:
    """Whether a token is a living one of this company, else the first reason that applies."""
    try:
        claims = tokens.verify(OPERATOR_TOKEN, token, tx.now)
        problem = None
    except BadToken as error:
        if error.claims is None:
            return Verdict(error=error.problem.value.format(kind="operator"))
        claims, problem = error.claims, error.problem.value
    operator = store.find_operator(tx, claims.tenant, claims.subject)
    if operator is None or claims.tenant != caller.company_id:
        return Verdict(error="unknown")
    if reason := problem or _why_not(operator, claims):
        return Verdict(error=reason)
    return Verdict(operator.id, operator.company_id, claims.expires_at)


def _why_not(operator: Operator, claims: Claims) -> str | None:
    if operator.status is OperatorStatus.DELETED:
        return "operator deleted"
    if operator.status is OperatorStatus.INACTIVE:
        return "operator inactive"
    return "revoked" if operator.epoch != claims.epoch else None


def find_for_credentials(tx: Tx, caller: CompanyCaller, operator_id: int, login: str) -> str:
    """The login as it will be stored. Raises OperatorNotFound, LoginTaken, Invalid."""
    operator = access.operator(tx, caller.company_id, operator_id)
    if operator.status is OperatorStatus.DELETED:
        raise OperatorNotFound(f"operator {operator_id} is deleted")
    cleaned = account_actions.login_in(login)
    holder = store.find_login_holder(tx, caller.company_id, account_actions.login_key(cleaned))
    if holder not in (None, operator_id):
        raise LoginTaken(f"another operator has the login {cleaned}")
    return cleaned


def set_credentials(
    tx: Tx, caller: CompanyCaller, operator_id: int, login: str, password_hash: str
) -> None:
    """How an operator signs in without a token. Raises as `find_for_credentials`."""
    _set_credentials(tx, caller, operator_id, login, password_hash)
    audit.record(tx, caller, Action.OPERATOR_CREDENTIALS_SET, operator_id, login=login.strip())


def _set_credentials(
    tx: Tx, caller: CompanyCaller, operator_id: int, login: str, password_hash: str
) -> None:
    tx.lock("companies", id=caller.company_id)
    cleaned = find_for_credentials(tx, caller, operator_id, login)
    key = account_actions.login_key(cleaned)
    store.update_credentials(tx, caller.company_id, operator_id, cleaned, key, password_hash)


def join(tx: Tx, operator: Operator, login: str, password_hash: str, address: str) -> None:
    """An operator with a one-time link chooses; the tokens and sessions they had end.

    Raises OperatorNotFound, LoginTaken, Invalid.
    """
    caller = replace(access.caller_of(operator, tx.now), address=address)
    company = CompanyCaller(operator.company_id)
    _set_credentials(tx, company, operator.id, login, password_hash)
    sign_out(tx, operator)
    audit.record(tx, caller, Action.OPERATOR_JOINED, operator.id, login=login)


def profile(tx: Tx, caller: OperatorCaller) -> Profile:
    return Profile(
        access.operator(tx, caller.company_id, caller.operator_id),
        accounts.organization(tx, caller.company_id, caller.organization_id),
        accounts.company(tx, caller.company_id),
        caller.expires_at,
        organizations.settings_of(tx, caller.company_id, caller.organization_id).tags,
        store.find_ways_in(tx, caller.company_id, caller.operator_id),
    )


def quick_replies(tx: Tx, caller: OperatorCaller) -> tuple[QuickReply, ...]:
    """What the operator's organization has for typing by a shortcut."""
    settings = organizations.settings_of(tx, caller.company_id, caller.organization_id)
    return settings.quick_replies
