import { MediaType } from "@shared/api/model";
import { expect, test, vi } from "vitest";

import type { Attachment } from "./outgoing";
import { type PutFile, startUpload } from "./uploads";

const file: Attachment = {
  file: new Blob(["x"]),
  name: "a.png",
  type: MediaType.Photo,
  previewUri: null,
};

test("a file tells how far it has come, and its id once it is there", async () => {
  let progress: (share: number) => void = () => undefined;
  let end: (id: number) => void = () => undefined;
  const upload = startUpload(file, (_file, onProgress) => {
    progress = onProgress;
    return new Promise((resolve) => (end = resolve));
  });

  progress(0.4);
  expect([upload.state.value, upload.share.value]).toEqual(["sending", 0.4]);
  end(7);

  expect(await upload.id()).toBe(7);
  expect(upload.state.value).toBe("done");
});

test("what failed begins anew for whoever needs it", async () => {
  const put = vi.fn<PutFile>().mockRejectedValueOnce(new Error("offline")).mockResolvedValue(8);
  const upload = startUpload(file, put);
  await vi.waitFor(() => expect(upload.state.value).toBe("failed"));

  expect(await upload.id()).toBe(8);
  expect(put).toHaveBeenCalledTimes(2);
});

test("a file that is taken away stops on its way", () => {
  const signals: AbortSignal[] = [];
  const upload = startUpload(file, (_file, _progress, signal) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });

  upload.cancel();

  expect(signals[0]?.aborted).toBe(true);
});
