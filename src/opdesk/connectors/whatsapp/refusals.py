"""What WhatsApp's error codes mean. Source: developers.facebook.com, "Cloud API error codes"."""

from collections.abc import Mapping

from opdesk.connectors.base import DeliveryError, Problem
from opdesk.connectors.graph import GraphError, retry_after_s
from opdesk.kit.http_client import HttpReply

PAIR_PACE_S = 6.0
"""To one customer a message every 6 seconds, after a burst of up to 45."""
_PAIR_LIMIT = 131056
_NO_SUCH_OBJECT = (100, 33)
"""The number's id is wrong, or the token has no right to it."""

_CODES: Mapping[Problem, tuple[int, ...]] = {
    # The last four are about the account, which is locked, blocked, not paid or unnamed: as with
    # a key that is refused, an admin has to see to it.
    Problem.AUTH: (
        *(190, 3, 10, *range(200, 300), 131005, 131045, 133010),
        *(131031, 368, 131042, 131037),
    ),
    Problem.THROTTLED: (4, 80007, 80008, 130429, 131048, _PAIR_LIMIT, 133016),
    Problem.WINDOW_CLOSED: (131047,),
    Problem.RECIPIENT_UNKNOWN: (131026, 131021, 131030, 131062),
    # With what a template is refused for: its text, its places, its own state.
    Problem.REJECTED: (131049, 131050, 130472, *range(132000, 132100)),
    Problem.UNSUPPORTED: (131051,),
    Problem.TRANSIENT: (1, 2, 131000, 131016, 131057, 131052, 131053),
    Problem.BAD_REQUEST: (100, 131008, 131009, 135000),
}
_PROBLEMS = {code: problem for problem, codes in _CODES.items() for code in codes}
_PASSING = (Problem.THROTTLED, Problem.TRANSIENT)


def problem_of(code: int) -> Problem:
    """What a failed message's code means; a code of tomorrow is a refusal like any other."""
    return _PROBLEMS.get(code, Problem.REJECTED if code else Problem.AUTH)


def delivery_error(refused: GraphError, reply: HttpReply) -> DeliveryError:
    """A call's refusal: by its code first, by its status second."""
    problem = _problem(refused)
    after = retry_after_s(reply)
    if after is None and refused.code == _PAIR_LIMIT:
        after = PAIR_PACE_S
    is_permanent = problem not in _PASSING
    return DeliveryError(problem, refused.words, is_permanent=is_permanent, retry_after_s=after)


def _problem(refused: GraphError) -> Problem:
    if (refused.code, refused.subcode) == _NO_SUCH_OBJECT:
        return Problem.AUTH
    if refused.code in _PROBLEMS:
        return _PROBLEMS[refused.code]
    if refused.status in _STATUSES:
        return _STATUSES[refused.status]
    if refused.status >= 500:
        return Problem.TRANSIENT
    return Problem.REJECTED if refused.code else Problem.BAD_REQUEST


_STATUSES = {
    401: Problem.AUTH,
    403: Problem.AUTH,
    413: Problem.TOO_LARGE,
    429: Problem.THROTTLED,
}
