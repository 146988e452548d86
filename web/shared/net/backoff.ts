const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const SPREAD_MS = 3000;

/**
 * How long to wait before try number `attempt` (0 is the first repeat), in milliseconds.
 *
 * Doubles up to 30 s; `random` (0 to 1) spreads it over the upper half, so that the tabs of an
 * office do not come back all at once after a restart.
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.5 + random / 2));
}

/**
 * How long to wait after a connection that worked was lost, in milliseconds.
 *
 * A server that restarts drops everybody in one instant; over these 3 s they come back one by one.
 */
export function spreadMs(random: number): number {
  return Math.round(SPREAD_MS * random);
}
