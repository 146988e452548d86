"""What can go wrong for a visitor's page."""

from opdesk.kit.errors import Forbidden, NotFound, Unauthorized


class SiteNotFound(NotFound):
    """No widget has this key, or it is switched off or disconnected."""

    title = "No such widget"


class OriginRefused(Forbidden):
    """The page that asks is not one of the widget's sites."""

    title = "This site may not show the widget"


class VisitorUnknown(Unauthorized):
    """The visitor's token is missing, or was forgotten with their chat."""

    title = "The visitor is not known"


class SignatureWrong(Forbidden):
    """The identity of a logged-in visitor is not signed with the widget's key."""

    title = "The signature is not valid"
