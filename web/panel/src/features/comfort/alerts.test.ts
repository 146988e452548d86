import { Block } from "@shared/api/model";
import { expect, test } from "vitest";
import { nextTick, ref } from "vue";

import { chat } from "../../testing/cast";
import { isMineToHear } from "./alerts";
import { createSeen } from "./seen";

test("one's own and nobody's chats are heard, a colleague's and a blocked client's are not", () => {
  const of = (id: number) => ({ operator: { id, name: "" } as never });

  expect(isMineToHear(chat(1), 21)).toBe(true);
  expect(isMineToHear(chat(1, of(21)), 21)).toBe(true);
  expect(isMineToHear(chat(1, of(22)), 21)).toBe(false);
  expect(isMineToHear(chat(1, { block: Block.Spam }), 21)).toBe(false);
});

/** Shared locks of one browser: all that ask hold. */
function sharedLocks() {
  const held: string[] = [];
  return {
    async request(name: string, _options: LockOptions, run: () => Promise<unknown>) {
      held.push(name);
      await run();
      held.splice(held.indexOf(name), 1);
    },
    query: async () => ({ held: held.map((name) => ({ name })) }),
  } as unknown as LockManager;
}

test("a chat that is looked at in another tab is seen, until that tab looks elsewhere", async () => {
  const locks = sharedLocks();
  const elsewhere = ref<number | null>(7);
  createSeen(elsewhere, locks);
  const here = createSeen(ref(null), locks);
  expect(await here.isSeen(7)).toBe(true);
  expect(await here.isSeen(8)).toBe(false);

  elsewhere.value = null;
  await nextTick();

  expect(await here.isSeen(7)).toBe(false);
});

test("without locks a tab knows its own chat", async () => {
  const { isSeen } = createSeen(ref(7), null);

  expect([await isSeen(7), await isSeen(8)]).toEqual([true, false]);
});
