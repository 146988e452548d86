"""What can go wrong with the set-up."""

from opdesk.kit.errors import Conflict, Forbidden


class WrongSetUpCode(Forbidden):
    """Not the code that this server printed."""

    title = "The set-up code is wrong"


class AlreadySetUp(Conflict):
    """There is a company: others are added by the command line."""

    title = "This server is set up already"
