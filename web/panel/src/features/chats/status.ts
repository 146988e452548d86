import { ChatStatus } from "@shared/api/model";

interface StatusLook {
  readonly status: ChatStatus;
  /** Its name among the texts: `status.<key>`. */
  readonly key: string;
  readonly dot: string;
}

/** In the order of a chat's life. */
export const STATUSES: readonly StatusLook[] = [
  { status: ChatStatus.New, key: "new", dot: "bg-signal" },
  { status: ChatStatus.Open, key: "open", dot: "bg-accent" },
  { status: ChatStatus.Waiting, key: "waiting", dot: "bg-[#5b86b8]" },
  { status: ChatStatus.OnPause, key: "paused", dot: "bg-[#d79b1e]" },
  { status: ChatStatus.Closed, key: "closed", dot: "bg-ink-faint" },
];

export function lookOf(status: ChatStatus): StatusLook {
  return STATUSES[status] ?? { status, key: "closed", dot: "bg-ink-faint" };
}
