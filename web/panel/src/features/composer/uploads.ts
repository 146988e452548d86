import { type Ref, ref } from "vue";

import type { Attachment } from "./outgoing";

/** Sends a file and answers its id; `onProgress` hears the share that is there, 0 to 1. */
export type PutFile = (
  file: Attachment,
  onProgress: (share: number) => void,
  signal: AbortSignal,
) => Promise<number>;

/** A file's way to the server. */
export interface FileUpload {
  readonly state: Readonly<Ref<"sending" | "done" | "failed">>;
  /** 0 to 1. */
  readonly share: Readonly<Ref<number>>;
  /** Resolves once the file is there; what failed begins anew. */
  id(): Promise<number>;
  cancel(): void;
}

export function startUpload(file: Attachment, put: PutFile): FileUpload {
  const state = ref<"sending" | "done" | "failed">("sending");
  const share = ref(0);
  let ending = new AbortController();

  async function run(): Promise<number> {
    state.value = "sending";
    share.value = 0;
    ending = new AbortController();
    try {
      const id = await put(file, (now) => (share.value = now), ending.signal);
      state.value = "done";
      return id;
    } catch (error) {
      state.value = "failed";
      throw error;
    }
  }

  let running = run();
  // Whoever waits for it hears of it; the page is no place for an error nobody asked about.
  running.catch(() => undefined);
  return {
    state,
    share,
    id() {
      if (state.value === "failed") {
        running = run();
        running.catch(() => undefined);
      }
      return running;
    },
    cancel: () => ending.abort(),
  };
}
