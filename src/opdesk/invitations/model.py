"""A link that counts once."""

from dataclasses import dataclass
from enum import StrEnum

from opdesk.kit.mail import Letter
from opdesk.kit.wire import time_out

HOURS = 72
"""How long a link waits to be used."""


class LinkKind(StrEnum):
    """Whom a link lets in, and whether they were there before."""

    USER_INVITATION = "userInvitation"
    USER_RESET = "userReset"
    OPERATOR_INVITATION = "operatorInvitation"
    OPERATOR_RESET = "operatorReset"


@dataclass(frozen=True, slots=True)
class Link:
    """`subject_id`: a user's number, or an operator's, as the kind says."""

    company_id: int
    kind: LinkKind
    subject_id: int
    expires_at: int

    @property
    def is_for_operator(self) -> bool:
        return self.kind in (LinkKind.OPERATOR_INVITATION, LinkKind.OPERATOR_RESET)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a link is for. `email` None: someone hands it over."""

    name: str
    company: str
    email: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A link with its address, which is told once."""

    link: Link
    url: str
    is_mailed: bool


PAGE = "/join"
_WORDS = {
    "uk": {
        LinkKind.USER_INVITATION: "запрошує вас до кабінету компанії в OpDesk",
        LinkKind.USER_RESET: "надсилає вам посилання, щоб задати новий пароль кабінету OpDesk",
        LinkKind.OPERATOR_INVITATION: "запрошує вас до робочого місця оператора в OpDesk",
        LinkKind.OPERATOR_RESET: "надсилає вам посилання, щоб задати новий пароль оператора",
        "letter": (
            "Вітаємо, {name}!\n\nКомпанія «{company}» {what}.\n\nВідкрийте посилання, щоб задати "
            "пароль:\n\n{url}\n\nВоно діє один раз, до {until} (UTC). Якщо ви не чекали на цей "
            "лист, не зважайте на нього.\n"
        ),
        "subject": "OpDesk, {company}: ваше посилання",
    },
    "en": {
        LinkKind.USER_INVITATION: "invites you to its dashboard at OpDesk",
        LinkKind.USER_RESET: "sends you a link to choose a new password for the OpDesk dashboard",
        LinkKind.OPERATOR_INVITATION: "invites you to its operator desk at OpDesk",
        LinkKind.OPERATOR_RESET: "sends you a link to choose a new password for the operator desk",
        "letter": (
            "Hello {name},\n\n{company} {what}.\n\nOpen this link to choose a password:\n\n{url}\n"
            "\n"
            "It counts once, until {until} (UTC). If you did not expect this letter, ignore it.\n"
        ),
        "subject": "OpDesk, {company}: your link",
    },
}


def link_url(base: str, secret: str) -> str:
    """The secret stands behind the #: browsers keep that part to themselves, so no log has it."""
    return f"{base}{PAGE}#{secret}"


def letter(link: Link, to: Recipient, url: str) -> Letter:
    """The letter that brings a link to a person, in their language (`uk` or `en`)."""
    words = _WORDS.get(to.language or "", _WORDS["uk"])
    until = time_out(link.expires_at)[:16].replace("T", " ")
    text = words["letter"].format(
        name=to.name, company=to.company, what=words[link.kind], url=url, until=until
    )
    subject = words["subject"].format(company=to.company)
    return Letter(to=to.email or "", subject=subject, text=text)
