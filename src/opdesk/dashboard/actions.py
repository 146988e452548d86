"""What can be done at the company's pages and nowhere else."""

from opdesk.accounts import access as accounts
from opdesk.accounts.model import CompanyCaller
from opdesk.audit import actions as audit
from opdesk.audit.model import Action, Entry, Filter
from opdesk.dashboard.model import Invitation
from opdesk.invitations import actions as invitations
from opdesk.invitations.actions import Post
from opdesk.invitations.model import HandedOver, Link, LinkKind, Recipient
from opdesk.kit.context import Tx
from opdesk.kit.errors import Invalid
from opdesk.operators import access as operators, actions as operator_actions
from opdesk.operators.errors import OperatorNotFound
from opdesk.operators.model import OperatorStatus
from opdesk.users import access as users, actions as user_actions


def link_for_operator(
    tx: Tx, caller: CompanyCaller, operator_id: int, post: Post, secret: str, email: str | None
) -> HandedOver:
    """How an operator gets in without a token. Raises OperatorNotFound (for Deleted ones too)."""
    operator = operators.operator(tx, caller.company_id, operator_id)
    if operator.status is OperatorStatus.DELETED:
        raise OperatorNotFound(f"operator {operator_id} is deleted")
    kind = LinkKind.OPERATOR_RESET if operator.login else LinkKind.OPERATOR_INVITATION
    audit.record(
        tx, caller, Action.OPERATOR_LINK_MADE, operator_id, name=operator.name, kind=kind.value
    )
    link = invitations.make(tx, caller.company_id, kind, operator_id, secret)
    language = accounts.organization(tx, caller.company_id, operator.organization_id).language
    company = accounts.company(tx, caller.company_id)
    to = Recipient(operator.name, company.name, user_actions.email_in(email or ""), language)
    return post.hand_over(tx, link, secret, to)


def look(tx: Tx, secret: str) -> Invitation:
    """Whom a link is for. Raises LinkGone."""
    return _told(tx, invitations.look(tx, secret))


def use(tx: Tx, secret: str, login: str | None, password_hash: str, address: str) -> Link:
    """Choose a login (the known one, when none is given) and a password; the link is used up.

    Raises LinkGone, UserLoginTaken, LoginTaken, Invalid.
    """
    told = _told(tx, invitations.take(tx, secret))
    chosen = login or told.login
    if not chosen:
        raise Invalid.field("login", "is required")
    link = told.link
    if link.is_for_operator:
        operator = operators.operator(tx, link.company_id, link.subject_id)
        operator_actions.join(tx, operator, chosen, password_hash, address)
    else:
        user = users.user(tx, link.company_id, link.subject_id)
        user_actions.join(tx, user, chosen, password_hash, address)
    return link


def list_entries(tx: Tx, caller: CompanyCaller, wanted: Filter) -> list[Entry]:
    """The audit log, the newest first."""
    return audit.list_entries(tx, caller.company_id, wanted)


def _told(tx: Tx, link: Link) -> Invitation:
    company = accounts.company(tx, link.company_id)
    if link.is_for_operator:
        operator = operators.operator(tx, link.company_id, link.subject_id)
        return Invitation(link, operator.name, operator.login, company.name)
    user = users.user(tx, link.company_id, link.subject_id)
    return Invitation(link, user.name, user.login, company.name)
