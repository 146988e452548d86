import { type Api, ProblemError } from "@shared/api/client";
import { beforeEach, expect, test, vi } from "vitest";

import { createDrafts } from "./drafts";
import { createServerDrafts } from "./serverDrafts";

/** A server with one chat's draft, which several tabs write. */
function fakeServer() {
  let kept = { chatId: 1, text: "", version: 0, updatedAt: "" };
  let isDown = false;
  const api: Api = {
    async request<T>(method: string, _path: string, { body } = {} as { body?: unknown }) {
      await Promise.resolve();
      if (isDown) throw new ProblemError({ status: 0 });
      if (method === "PUT") {
        const { text, version } = body as { text: string; version: number };
        if (text !== kept.text) {
          if (version !== kept.version) throw new ProblemError({ status: 409 });
          kept = { ...kept, text, version: kept.version + 1 };
        }
      }
      return kept as T;
    },
  };
  return { api, kept: () => kept.text, setDown: (is: boolean) => (isDown = is) };
}

function tab(api: Api) {
  const store = new Map<string, string>();
  const drafts = createDrafts(() => 1, {
    getItem: (key) => store.get(key) ?? null,
    setItem: (key, value) => void store.set(key, value),
    removeItem: (key) => void store.delete(key),
  });
  const server = createServerDrafts(api, drafts);
  const type = (text: string): void => {
    drafts.write(1, text);
    server.note(1, text);
  };
  const open = async (): Promise<string> => {
    const text = await server.read(1);
    drafts.write(1, text);
    return text;
  };
  return { type, open, server };
}

const settle = () => vi.advanceTimersByTimeAsync(1100);

beforeEach(() => vi.useFakeTimers());

test("what one device writes another one shows, and who types last wins", async () => {
  const { api, kept } = fakeServer();
  const [office, phone] = [tab(api), tab(api)];
  await office.open();
  await phone.open();

  office.type("Добрий");
  expect(kept()).toBe("");
  await settle();
  expect(kept()).toBe("Добрий");
  phone.type("З телефону");
  await settle();

  expect(kept()).toBe("З телефону");
  expect(await office.open()).toBe("З телефону");
});

test("a save that is late does not bring back what was sent elsewhere", async () => {
  const { api, kept } = fakeServer();
  const [office, phone] = [tab(api), tab(api)];
  office.type("Вже їде");
  await settle();
  expect(await phone.open()).toBe("Вже їде");

  phone.type("");
  await settle();

  expect(kept()).toBe("");
  expect(await office.open()).toBe("");
});

test("what was typed without a server stays and goes there later", async () => {
  const { api, kept, setDown } = fakeServer();
  const office = tab(api);
  await office.open();
  setDown(true);
  office.type("Без мережі");
  await settle();
  setDown(false);

  expect(await office.open()).toBe("Без мережі");
  await settle();

  expect(kept()).toBe("Без мережі");
});

test("the list shows what is begun, and no more once it is sent", async () => {
  const office = tab(fakeServer().api);

  office.type("Добрий");
  expect(office.server.texts.value.get(1)).toBe("Добрий");
  office.type("");

  expect(office.server.texts.value.has(1)).toBe(false);
  await settle();
});
