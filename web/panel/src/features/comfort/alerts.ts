import { Block, type Chat } from "@shared/api/model";

/** Whether a client's message in a chat is this operator's to hear: in their own and nobody's. */
export function isMineToHear(chat: Pick<Chat, "operator" | "block">, me: number | null): boolean {
  const isMine = chat.operator === null || chat.operator.id === me;
  return isMine && chat.block === Block.None;
}
