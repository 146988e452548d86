"""Explain a link: the rules that open it, told one by one to whoever made it."""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from opdesk.accounts import actions as accounts
from opdesk.accounts.model import CompanyCaller
from opdesk.chats import actions as chats
from opdesk.deeplinks.actions.resolving import resolve
from opdesk.deeplinks.actions.telling import WriteFirst, explained, result_step
from opdesk.deeplinks.model import (
    Explained,
    Found,
    LeadsTo,
    Outcome,
    Query,
    Rule,
    Step,
    Target,
    read_query,
)
from opdesk.kit.context import Tx
from opdesk.kit.keyring import Vault
from opdesk.kit.origins import origin_in
from opdesk.kit.tokens import BadToken, Claims, Tokens
from opdesk.kit.web import unquoted
from opdesk.kit.wire import time_out
from opdesk.operators import access, actions as operators
from opdesk.operators.errors import OperatorNotFound
from opdesk.operators.model import OPERATOR_TOKEN, Operator, OperatorStatus

MAX_NAMED = 20
_PLAIN_NAME = re.compile(r"[\w;:-]{1,40}")
_QUERY_CHARS = "!$&'()*+,;=:@/?%-._~[]"


@dataclass(frozen=True, slots=True)
class Asked:
    """A link as someone pasted it, the operator to read it as, and the addresses that are ours."""

    link: str
    operator_id: int | None
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Person:
    """Who a link is read as: an operator, or nobody in particular. `problem`: who may not enter."""

    operator: Operator | None
    steps: tuple[Step, ...]
    problem: str | None = None


def check(
    tx: Tx,
    vault: Vault,
    tokens: Tokens,
    caller: CompanyCaller,
    asked: Asked,
    write_first: WriteFirst,
) -> Explained:
    """Where a link leads and why, by the same rules that open it. Raises OperatorNotFound.

    Nothing of a token but what it says comes back. A link without one is read as the operator
    `asked` names would open it when signed in; without that, as any of the company's
    organizations would.
    """
    address, query = _read_address(asked)
    person = _person(tx, tokens, caller, query.token, asked.operator_id)
    found, decides = _followed(tx, vault, caller, person.operator, query.target)
    steps = [address, _parameters_step(query), *person.steps, *decides]
    steps += explained(tx, vault, caller, query.target, found)
    leads_to, problem = _end(address, person, found)
    steps.append(result_step(leads_to, found, problem, write_first))
    if leads_to is not LeadsTo.CHAT or found.chat_id is None:
        return Explained(tuple(steps), leads_to, problem=problem)
    chat = chats.find_chat(tx, caller.company_id, found.chat_id)
    return Explained(tuple(steps), leads_to, chat, found.others)


def _read_address(asked: Asked) -> tuple[Step, Query]:
    """The step of the address, and the query as a browser would send it."""
    link = asked.link.strip()
    is_relative = link.startswith(("/", "?"))
    try:
        parts = urlsplit(
            link if is_relative or "//" in link.partition("?")[0] else f"https://{link}"
        )
        origin = "" if is_relative else origin_in(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return Step(Rule.ADDRESS, Outcome.FAIL, "address_unreadable"), read_query(b"")
    query = read_query(quote(parts.query, safe=_QUERY_CHARS).encode())
    params: dict[str, str | int] = {"ours": ", ".join(asked.origins)}
    if not is_relative and origin not in asked.origins:
        found: dict[str, str | int] = {"origin": origin, **params}
        return Step(Rule.ADDRESS, Outcome.FAIL, "address_foreign", found), query
    if parts.path not in ("", "/"):
        return Step(Rule.ADDRESS, Outcome.FAIL, "address_of_another_page"), query
    code = "address_relative" if is_relative else "address_ours"
    return Step(Rule.ADDRESS, Outcome.OK, code, params), query


def _parameters_step(query: Query) -> Step:
    """What a link has twice, or beside what we know: neither does any harm."""
    if query.repeated:
        names = ", ".join(query.repeated)
        return Step(Rule.PARAMETERS, Outcome.OK, "parameters_repeated", {"names": names})
    if query.unknown:
        return Step(Rule.PARAMETERS, Outcome.OK, "parameters_unknown", _about_unknown(query))
    if query.token is None and query.target == Target():
        return Step(Rule.PARAMETERS, Outcome.SKIPPED, "parameters_absent")
    return Step(Rule.PARAMETERS, Outcome.OK, "parameters_known")


def _about_unknown(query: Query) -> dict[str, str | int]:
    """Their names, but nothing that could be a token without one."""
    named = [name if _PLAIN_NAME.fullmatch(name) else "…" for name in query.unknown]
    return {"count": len(named), "names": ", ".join(dict.fromkeys(named[:MAX_NAMED]))}


def _person(
    tx: Tx, tokens: Tokens, caller: CompanyCaller, token: str | None, operator_id: int | None
) -> _Person:
    """Who opens the link. Raises OperatorNotFound for a chosen one who is not the company's."""
    chosen = access.operator(tx, caller.company_id, operator_id) if operator_id else None
    if token is None:
        absent = Step(Rule.TOKEN, Outcome.SKIPPED, "token_absent")
        return _signed_in(chosen, absent)
    token = unquoted(token)
    verdict = operators.validate(tx, tokens, caller, token)
    holder = _holder(tx, tokens, caller, token)
    said = _named(holder)
    if verdict.error is not None:
        code = f"token_{verdict.error.replace(' ', '_')}"
        person = _signed_in(chosen or holder, Step(Rule.TOKEN, Outcome.FAIL, code, said))
        return replace(person, problem=code)
    if verdict.expires_at is not None:
        said = {**said, "expiresAt": time_out(verdict.expires_at)}
    is_other = chosen is not None and holder is not None and chosen.id != holder.id
    code = "operator_of_token_wins" if is_other else "operator_of_token"
    steps = (
        Step(Rule.TOKEN, Outcome.OK, "token_counts", said),
        Step(Rule.OPERATOR, Outcome.OK, code, _named(holder)),
    )
    return _Person(holder, steps)


def _signed_in(operator: Operator | None, token: Step) -> _Person:
    """Whoever is signed in in the browser, which only Active operators are."""
    if operator is None:
        return _Person(None, (token,))
    if operator.status is OperatorStatus.ACTIVE:
        step = Step(Rule.OPERATOR, Outcome.OK, "operator_chosen", _named(operator))
        return _Person(operator, (token, step))
    code = f"operator_{operator.status.name.lower()}"
    step = Step(Rule.OPERATOR, Outcome.FAIL, code, _named(operator))
    return _Person(operator, (token, step), problem=code)


def _holder(tx: Tx, tokens: Tokens, caller: CompanyCaller, token: str) -> Operator | None:
    """Whose token it is, also when it does not count any more; never another company's."""
    claims: Claims | None
    try:
        claims = tokens.verify(OPERATOR_TOKEN, token, tx.now)
    except BadToken as error:
        claims = error.claims
    if claims is None or claims.tenant != caller.company_id:
        return None
    try:
        return access.operator(tx, caller.company_id, claims.subject)
    except OperatorNotFound:
        return None


def _named(operator: Operator | None) -> dict[str, str | int]:
    return {"operator": operator.name, "operatorId": operator.id} if operator else {}


def _followed(
    tx: Tx, vault: Vault, caller: CompanyCaller, operator: Operator | None, target: Target
) -> tuple[Found, list[Step]]:
    """What is found for the operator; for nobody in particular, what any organization finds."""
    if operator is not None:
        reader = (access.caller_of(operator, tx.now), operator.organization_id)
        return resolve(tx, vault, reader, target), []
    organizations = accounts.list_organizations(tx, caller)
    readings = [(resolve(tx, vault, (caller, one.id), target), one) for one in organizations]
    if not readings:
        return Found(), [Step(Rule.OPERATOR, Outcome.FAIL, "organization_missing")]
    found, organization = max(readings, key=lambda it: _rank(tx, caller, it[0]))
    params: dict[str, str | int] = {"count": len(readings), "organization": organization.name}
    code = "organization_decides" if len(readings) > 1 else "organization_only"
    return found, [Step(Rule.OPERATOR, Outcome.SKIPPED, code, params)]


def _rank(tx: Tx, caller: CompanyCaller, found: Found) -> tuple[int, int]:
    """The chat with the newest activity first, then a phone that could be read."""
    chat = chats.find_chat(tx, caller.company_id, found.chat_id) if found.chat_id else None
    return (chat.active_at if chat else 0, 0 if found.problem else 1)


def _end(address: Step, person: _Person, found: Found) -> tuple[LeadsTo, str | None]:
    """Where a browser ends up, and the first thing that keeps it from the chat."""
    if address.outcome is Outcome.FAIL:
        return LeadsTo.ELSEWHERE, address.code
    if person.problem is not None:
        return LeadsTo.LOGIN, person.problem
    if found.problem is not None:
        return LeadsTo.PROBLEM, found.problem.value
    if found.is_desk:
        return LeadsTo.DESK, None
    return (LeadsTo.COMPOSER if found.chat_id is None else LeadsTo.CHAT), None
