"""Make, look at and use one-time links."""

from opdesk.invitations import store
from opdesk.invitations.errors import LinkGone
from opdesk.invitations.model import HOURS, HandedOver, Link, LinkKind, Recipient, letter, link_url
from opdesk.kit.clock import HOUR_MS
from opdesk.kit.context import Tx
from opdesk.kit.keyring import fingerprint
from opdesk.kit.mail import Mailer

_OF_USERS = (LinkKind.USER_INVITATION, LinkKind.USER_RESET)
_OF_OPERATORS = (LinkKind.OPERATOR_INVITATION, LinkKind.OPERATOR_RESET)


class Post:
    """Hands links over: the address for the admin to copy, and a letter where there is mail."""

    def __init__(self, mailer: Mailer, base: str) -> None:
        self._mailer, self._base = mailer, base

    def hand_over(self, tx: Tx, link: Link, secret: str, to: Recipient) -> HandedOver:
        url = link_url(self._base, secret)
        is_mailed = bool(to.email) and self._mailer.is_there
        if is_mailed:
            self._mailer.put(tx, link.company_id, letter(link, to, url))
        return HandedOver(link, url, is_mailed)


def make(tx: Tx, company_id: int, kind: LinkKind, subject_id: int, secret: str) -> Link:
    """A link with a fresh `secret`; earlier ones of the same person stop counting."""
    link = Link(company_id, kind, subject_id, tx.now + HOUR_MS * HOURS)
    forget(tx, company_id, subject_id, for_operator=link.is_for_operator)
    store.insert_link(tx, fingerprint(secret), link)
    return link


def look(tx: Tx, secret: str) -> Link:
    """The link behind a secret. Raises LinkGone."""
    found = store.find_link(tx, fingerprint(secret))
    if found is None:
        raise LinkGone("it was used already, replaced by a newer one, or has expired")
    return found


def take(tx: Tx, secret: str) -> Link:
    """The link, which counts no more; of two who take it one gets it. Raises LinkGone."""
    found = look(tx, secret)
    if not store.delete_link(tx, fingerprint(secret)):
        raise LinkGone("it was used a moment ago")
    return found


def forget(tx: Tx, company_id: int, subject_id: int, *, for_operator: bool) -> None:
    """Links of someone who has no need of them any more."""
    kinds = _OF_OPERATORS if for_operator else _OF_USERS
    store.delete_links_of(tx, company_id, subject_id, kinds)


def forget_old(tx: Tx) -> None:
    store.delete_old(tx)


def forget_all(tx: Tx) -> None:
    """Every link of the installation ends."""
    store.delete_all(tx)
