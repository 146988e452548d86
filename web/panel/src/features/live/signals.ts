/** An operator as others see them. */
export interface Colleague {
  readonly id: number;
  readonly name: string;
}

/** All that is known of one operator, their tabs together: it replaces what was known before. */
export interface Presence {
  readonly operator: Colleague;
  readonly isOnline: boolean;
  /** Chats that they have on screen. */
  readonly reading: readonly number[];
  readonly writing: readonly number[];
}

/** What the hub tells of the moment: never stored, without a number, and not repeated if missed. */
export type Signal = { readonly organizationId: number } & (
  | { readonly type: "presence"; readonly data: Presence }
  | { readonly type: "clientTyping"; readonly data: { readonly chatId: number } }
  | { readonly type: "signedOut"; readonly data: { readonly reason: string } }
);
