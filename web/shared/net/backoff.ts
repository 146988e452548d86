const FIRST_MS = 500;
const LONGEST_MS = 20_000;

/**
 * How long to wait before try number `attempt` (0 is the first repeat), in milliseconds.
 *
 * Doubles up to 20 s; `random` (0 to 1) spreads it over the upper half, so that the tabs of an
 * office do not come back all at once after a restart.
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.5 + random / 2));
}
