"""Chance in a test's hands: a failure shows its seed, and the seed brings it back."""

import os
import random
import secrets

Chance = random.Random
SEED = "OPDESK_SEED"


def seeded() -> Chance:
    """Chance that begins with the seed in `OPDESK_SEED`, or a new one; pytest shows which."""
    seed = int(os.environ.get(SEED) or secrets.randbits(32))
    print(f"{SEED}={seed}")
    return Chance(seed)
