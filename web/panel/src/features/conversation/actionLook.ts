/** Buttons inside a bubble of ours. */
export const ACTION =
  "min-h-11 rounded-xl px-3 text-sm font-semibold transition-colors md:min-h-10";
export const QUIET_ACTION = `${ACTION} text-own-ink underline-offset-4 hover:bg-ink/8 hover:underline`;
