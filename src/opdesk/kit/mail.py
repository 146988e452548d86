"""Letters by SMTP, as jobs of the outbox: they go when the transaction that wants them is there.

What waits is sealed: a letter may hold a link that lets someone in.
"""

import asyncio
import base64
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from opdesk.kit import outbox
from opdesk.kit.clock import HOUR_MS, SECOND_MS, Clock
from opdesk.kit.context import Tx
from opdesk.kit.ids import new_uuid
from opdesk.kit.keyring import Vault
from opdesk.kit.log import get_logger
from opdesk.kit.outbox import Job, Record, RetryLater

log = get_logger(__name__)
MAIL = "mail"
"""The kind of the jobs: {"sealed": base64}."""
PURPOSE = "mail"
TIMEOUT_S = 20.0
GIVE_UP_MS = 24 * HOUR_MS
PORTS = {"smtp": 587, "smtps": 465}
PERMANENT = 500
"""From this code on the server will not change its mind (RFC 5321, 4.2.1)."""


class Letter(msgspec.Struct):
    """A plain letter to one address. `id` is the same for each attempt to send it."""

    to: str
    subject: str
    text: str
    id: str = msgspec.field(default_factory=new_uuid)


class Refused(Exception):
    """The server will never take this letter; the text says why."""


class Mailer:
    """Puts letters into the outbox, and sends them when it brings them."""

    def __init__(self, vault: Vault, clock: Clock, smtp_url: str, sender: str = "") -> None:
        self._vault, self._clock = vault, clock
        self._server = urlsplit(smtp_url)
        self._sender = sender or unquote(self._server.username or "")

    @property
    def is_there(self) -> bool:
        """Whether letters can be sent at all."""
        return bool(self._server.hostname and self._sender)

    def put(self, tx: Tx, company_id: int, letter: Letter) -> None:
        """Send a letter once this transaction is there. Only where `is_there`."""
        sealed = self._vault.seal(msgspec.json.encode(letter), PURPOSE)
        payload = {"sealed": base64.b64encode(sealed).decode()}
        outbox.put(tx, company_id, MAIL, payload, outbox.Queue(f"mail:{letter.id}"))

    async def send(self, job: Job) -> Record | None:
        """What the outbox calls. Raises RetryLater for a day, then gives up."""
        sealed = base64.b64decode(job.payload["sealed"])
        letter = msgspec.json.decode(self._vault.open(sealed, PURPOSE), type=Letter)
        try:
            await asyncio.to_thread(self._deliver, self._written(letter))
        except Refused as error:
            log.warning("letter_refused", job=job.id, reason=str(error))
        except (OSError, smtplib.SMTPException) as error:
            if job.age_ms >= GIVE_UP_MS:
                log.warning("letter_given_up", job=job.id, reason=type(error).__name__)
                return None
            raise RetryLater(f"the mail server: {type(error).__name__}") from error
        return None

    def _written(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._sender, letter.to
        message["Subject"] = letter.subject
        message["Date"] = formatdate(self._clock.now_ms() / SECOND_MS)
        message["Message-ID"] = f"<{letter.id}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    def _deliver(self, message: EmailMessage) -> None:
        server = self._server
        host, port = server.hostname or "", server.port or PORTS[server.scheme]
        context = ssl.create_default_context()
        if server.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=TIMEOUT_S, context=context
            )
        else:
            connection = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
        with connection:
            _prepare(connection, server, context)
            try:
                connection.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                _give_up_on([code for code, _ in error.recipients.values()], error)
            except smtplib.SMTPResponseException as error:
                _give_up_on([error.smtp_code], error)


def _prepare(connection: smtplib.SMTP, server: SplitResult, context: ssl.SSLContext) -> None:
    """TLS where there is some, then the password: never in the clear to another machine."""
    if server.scheme == "smtp":
        connection.ehlo()
        if connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
        elif server.password and not _is_here(server.hostname or ""):
            raise Refused("the mail server offers no TLS, and a password would go in the clear")
    if server.username and server.password:
        connection.login(unquote(server.username), unquote(server.password))


def _give_up_on(codes: list[int], error: smtplib.SMTPException) -> None:
    """Raises Refused when every code is final, else the error itself."""
    if codes and all(code >= PERMANENT for code in codes):
        raise Refused(f"the mail server answered {codes[0]}") from error
    raise error


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
