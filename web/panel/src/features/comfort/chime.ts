import { type Ref, ref } from "vue";

/**
 * `locked`: the browser lets no page be heard before somebody clicks or types in it. `refused`: it
 * does not let us be heard all the same.
 */
export type ChimeState = "locked" | "ready" | "refused";

export interface Chime {
  readonly state: Readonly<Ref<ChimeState>>;
  /** To be called from a click or a key press. True when it can be heard from now on. */
  unlock(): Promise<boolean>;
  /** Two soft notes, half a second; at most one chime a second. False: the browser refused. */
  play(): Promise<boolean>;
}

/** What the chime needs of an `AudioContext`. */
type Context = Pick<
  AudioContext,
  "state" | "resume" | "currentTime" | "createOscillator" | "createGain" | "destination"
>;

/** A browser that does not want to does not answer. */
const PATIENCE_MS = 1000;
const REST_MS = 1000;
/** Hertz, and when it begins, in seconds. */
const NOTES = [
  [659.25, 0],
  [880, 0.14],
] as const;
const NOTE_S = 0.36;
const LOUDNESS = 0.16;

export function createChime(
  makeContext: () => Context,
  now: () => number,
  wait: (ms: number) => Promise<void>,
): Chime {
  const state = ref<ChimeState>("locked");
  let context: Context | null = null;
  let playedAt = -Infinity;

  async function unlock(): Promise<boolean> {
    try {
      context ??= makeContext();
      if (context.state !== "running") await Promise.race([context.resume(), wait(PATIENCE_MS)]);
      state.value = isRunning(context) ? "ready" : "refused";
    } catch {
      // No such thing in this browser, or no device to be heard with.
      state.value = "refused";
    }
    return state.value === "ready";
  }

  return {
    state,
    unlock,
    async play() {
      if (!(await unlock()) || !context) return false;
      if (now() - playedAt < REST_MS) return true;
      playedAt = now();
      for (const [pitch, after] of NOTES) sound(context, pitch, context.currentTime + after);
      return true;
    },
  };
}

/** Asked anew: the state is another one after a wait. */
function isRunning(context: Context): boolean {
  return context.state === "running";
}

function sound(context: Context, pitch: number, at: number): void {
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S);
  tone.connect(volume);
  volume.connect(context.destination);
  tone.start(at);
  tone.stop(at + NOTE_S);
}
