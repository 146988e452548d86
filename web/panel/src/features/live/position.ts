/** How far this page has heard each organization's log of events. */
export interface Position {
  readonly epoch: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** What the hub's `Event` carries beside its kind and data. */
export interface Numbered {
  readonly epoch: string;
  readonly organizationId: number;
  readonly number: number;
  /** Everything up to here that this page may see has been sent; `number` alone proves nothing. */
  readonly upTo: number;
}

/** The position after `event`. Another epoch is another log, whose numbers start anew. */
export function advance(position: Position, event: Numbered): Position {
  const numbers = position.epoch === event.epoch ? position.numbers : {};
  const organization = String(event.organizationId);
  const known = numbers[organization] ?? 0;
  if (position.epoch === event.epoch && event.upTo <= known) return position;
  return {
    epoch: event.epoch,
    numbers: { ...numbers, [organization]: Math.max(known, event.upTo) },
  };
}
