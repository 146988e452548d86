import { expect, test } from "vitest";

import { createChime } from "./chime";

/** A browser's sound: `isAllowed` says whether `resume` gets anywhere. */
function device(isAllowed: boolean) {
  const played: number[] = [];
  const param = {
    value: 0,
    setValueAtTime: () => param,
    linearRampToValueAtTime: () => param,
    exponentialRampToValueAtTime: () => param,
  };
  const node = { connect: () => node };
  const context = {
    state: "suspended",
    currentTime: 0,
    destination: node,
    resume: () => {
      if (!isAllowed) return new Promise<void>(() => undefined);
      context.state = "running";
      return Promise.resolve();
    },
    createGain: () => ({ ...node, gain: param }),
    createOscillator: () => ({
      ...node,
      frequency: param,
      start: (at: number) => played.push(at),
      stop: () => undefined,
    }),
  };
  let at = 0;
  const chime = createChime(
    () => context as unknown as AudioContext,
    () => at,
    () => Promise.resolve(),
  );
  return { chime, context, played, pass: (ms: number) => (at += ms) };
}

test("it is locked until a gesture, and then can be heard", async () => {
  const { chime, played } = device(true);
  expect(chime.state.value).toBe("locked");

  expect(await chime.unlock()).toBe(true);
  expect(await chime.play()).toBe(true);

  expect(chime.state.value).toBe("ready");
  expect(played).toHaveLength(2);
});

test("a browser that refuses is named, even if it never answers", async () => {
  const { chime, played } = device(false);

  expect(await chime.play()).toBe(false);

  expect(chime.state.value).toBe("refused");
  expect(played).toEqual([]);
});

test("a browser that takes the sound back is asked again", async () => {
  const { chime, context, played } = device(true);
  await chime.unlock();
  context.state = "interrupted";

  expect(await chime.play()).toBe(true);

  expect(played).toHaveLength(2);
});

test("a hundred messages at once are one chime", async () => {
  const { chime, played, pass } = device(true);
  for (let n = 0; n < 100; n += 1) await chime.play();
  expect(played).toHaveLength(2);

  pass(1000);
  await chime.play();
  expect(played).toHaveLength(4);
});
