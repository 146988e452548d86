"""Pauses: what need not happen so often."""

from opdesk.kit.limits import Pauses
from tests.fakes import MovableClock


def test_a_key_is_left_alone_until_its_pause_ends(clock: MovableClock) -> None:
    pauses = Pauses(clock)
    pauses.begin(1, 4)
    pauses.begin(2, 60)

    assert (pauses.is_on(1), pauses.is_on(2), pauses.is_on(3)) == (True, True, False)
    clock.move(seconds=4)
    assert (pauses.is_on(1), pauses.is_on(2)) == (False, True)
    pauses.begin(2, -1)
    assert not pauses.is_on(2)


def test_pauses_that_ended_and_the_oldest_of_too_many_are_forgotten(clock: MovableClock) -> None:
    pauses = Pauses(clock, max_keys=3)

    for key in range(5):
        pauses.begin(key, 4)
    assert [pauses.is_on(key) for key in range(5)] == [False, False, True, True, True]

    clock.move(seconds=4)
    pauses.begin(9, 4)
    assert list(pauses._ends) == [9]
