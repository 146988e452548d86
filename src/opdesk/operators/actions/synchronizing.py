"""Making the operators of a list be there: what changes, and changing it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from opdesk.accounts import access as accounts
from opdesk.accounts.actions import name_in
from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.kit.context import Tx
from opdesk.kit.errors import AppError, Invalid
from opdesk.kit.text import clean_ours
from opdesk.operators import store
from opdesk.operators.model import (
    MAX_EXTERNAL_ID_CHARS,
    MAX_OPERATORS_PER_CALL,
    NEW,
    Change,
    Known,
    NewOperator,
    OperatorStatus,
    Synchronized,
    operator_changed,
)

Groups = dict[int, list[NewOperator]]
"""The wanted operators of each organization."""
Plans = dict[int, dict[NewOperator, Known]]
"""What becomes of each wanted operator, by organization."""


def new_operators(elements: Sequence[tuple[int, str, str | None]]) -> list[NewOperator]:
    """Check the elements of a `synchronize` call: (organization, name, the CRM's id or None).

    Raises Invalid, naming the index of the first bad one.
    """
    if not 1 <= len(elements) <= MAX_OPERATORS_PER_CALL:
        raise Invalid.field("body", f"must have 1 to {MAX_OPERATORS_PER_CALL} operators")
    found: list[NewOperator] = []
    try:
        for organization_id, name, external_id in elements:
            given = None if external_id is None else _external_id_in(external_id)
            found.append(NewOperator(organization_id, name_in(name), given))
    except Invalid as error:
        [(field, problems)] = error.errors.items()
        raise Invalid.field(f"[{len(found)}].{field}", "; ".join(problems)) from error
    _check_one_name_for_each_id(found)
    return found


def _external_id_in(text: str) -> str:
    try:
        cleaned = clean_ours(text, multiline=False).strip()
    except ValueError as error:
        raise Invalid.field("externalId", str(error)) from error
    if not 1 <= len(cleaned) <= MAX_EXTERNAL_ID_CHARS:
        raise Invalid.field("externalId", f"must have 1 to {MAX_EXTERNAL_ID_CHARS} characters")
    return cleaned


def _check_one_name_for_each_id(wanted: Iterable[NewOperator]) -> None:
    names: dict[tuple[int, str], str] = {}
    for index, one in enumerate(wanted):
        if one.external_id is None:
            continue
        if names.setdefault((one.organization_id, one.external_id), one.name) != one.name:
            problem = "is there before with another name"
            raise Invalid.field(f"[{index}].externalId", problem)


def synchronize(tx: Tx, caller: CompanyCaller, wanted: Sequence[NewOperator]) -> list[Synchronized]:
    """Make sure each of `wanted` is there; their state, in the same order.

    One with an id of the CRM is known by it and takes the name that is given; one without is
    known by name. One that is there keeps its id and status, a Deleted one comes back Active, a
    new one is Active. Nobody else is touched. All or nothing: raises OrganizationNotFound naming
    the index, and nothing is saved.
    """
    groups = _by_organization(tx, caller, wanted)
    plans: Plans = {}
    for organization_id in sorted(groups):
        # One synchronize of an organization at a time: two with the same names make each once.
        tx.lock("organizations", company_id=caller.company_id, id=organization_id)
        plans[organization_id] = _planned(tx, caller, organization_id, groups[organization_id])
        _carry_out(tx, caller, organization_id, plans[organization_id].values())
    return _outcomes(wanted, plans)


def try_synchronize(
    tx: Tx, caller: CompanyCaller, wanted: Sequence[NewOperator]
) -> list[Synchronized]:
    """What `synchronize` would do now; nothing is saved. Raises as it does."""
    groups = _by_organization(tx, caller, wanted)
    plans = {
        organization_id: _planned(tx, caller, organization_id, group)
        for organization_id, group in groups.items()
    }
    return _outcomes(wanted, plans)


def plan(wanted: Sequence[NewOperator], known: Sequence[Known]) -> dict[NewOperator, Known]:
    """What each of `wanted` becomes, of those who are there (`known`, by id) or new.

    Those with an id of the CRM come first, whatever the order: so a name without one finds whom
    it would find at the next call. `known` holds everyone with a wanted id or name.
    """
    by_external = {one.external_id: one for one in known if one.external_id is not None}
    by_name = {one.name: one for one in known if one.external_id is None}
    found: dict[NewOperator, Known] = {}
    for one in wanted:
        if one.external_id is not None and one not in found:
            found[one] = _by_external_id(one, by_external, by_name)
    namesakes: dict[str, Known] = {}
    for other in sorted(by_external.values(), key=_place):
        namesakes.setdefault(other.name, other)
    for one in wanted:
        if one.external_id is None and one not in found:
            there = by_name.get(one.name) or namesakes.get(one.name)
            found[one] = there or _new(one)
    for it in found.values():
        if it.status is OperatorStatus.DELETED:
            it.status, it.change = OperatorStatus.ACTIVE, Change.REVIVED
    return found


def _by_external_id(
    one: NewOperator, by_external: dict[str, Known], by_name: dict[str, Known]
) -> Known:
    assert one.external_id is not None  # noqa: S101  the caller has looked
    it = by_external.get(one.external_id)
    if it is not None:
        if it.name != one.name:
            it.name, it.change, it.is_rewritten = one.name, Change.RENAMED, True
        return it
    it = by_name.pop(one.name, None)
    if it is not None:
        it.external_id, it.change, it.is_rewritten = one.external_id, Change.LINKED, True
    else:
        it = _new(one)
    by_external[one.external_id] = it
    return it


def _new(one: NewOperator) -> Known:
    active = OperatorStatus.ACTIVE
    return Known(NEW, one.name, one.external_id, active, change=Change.CREATED)


def _place(it: Known) -> tuple[bool, int]:
    """Where someone stands among those of the same name: new ones last, in their order."""
    return it.id == NEW, it.id


def _by_organization(tx: Tx, caller: CompanyCaller, wanted: Sequence[NewOperator]) -> Groups:
    groups: Groups = {}
    for index, one in enumerate(wanted):
        if one.organization_id not in groups:
            try:
                accounts.organization(tx, caller.company_id, one.organization_id)
            except AppError as error:
                error.errors = {f"[{index}].organizationId": [str(error)]}
                raise
        groups.setdefault(one.organization_id, []).append(one)
    return groups


def _planned(
    tx: Tx, caller: CompanyCaller, organization_id: int, wanted: Sequence[NewOperator]
) -> dict[NewOperator, Known]:
    names = dict.fromkeys(one.name for one in wanted)
    ids = dict.fromkeys(one.external_id for one in wanted if one.external_id is not None)
    return plan(wanted, store.list_known(tx, caller.company_id, organization_id, names, ids))


def _carry_out(
    tx: Tx, caller: CompanyCaller, organization_id: int, planned: Iterable[Known]
) -> None:
    changed = [it for it in {id(it): it for it in planned}.values() if it.change is not Change.NONE]
    new = [it for it in changed if it.id == NEW]
    ids = store.insert_operators(tx, caller.company_id, organization_id, new) if new else ()
    for it, operator_id in zip(new, ids, strict=True):
        it.id = operator_id
    if back := [it for it in changed if it.change is Change.REVIVED]:
        store.revive(tx, caller.company_id, back)
    if rewritten := [it for it in changed if it.is_rewritten]:
        store.rename(tx, caller.company_id, rewritten)
        tx.events += [
            operator_changed(caller.company_id, organization_id, it.id) for it in rewritten
        ]
    if changed:
        counts = Counter(it.change.value for it in changed)
        audit.record(tx, caller, Action.OPERATORS_SYNCHRONIZED, organization_id, **counts)


def _outcomes(wanted: Sequence[NewOperator], plans: Plans) -> list[Synchronized]:
    found = []
    for one in wanted:
        it = plans[one.organization_id][one]
        found.append(Synchronized(it.id, it.status, it.name, one.external_id, it.change))
    return found
