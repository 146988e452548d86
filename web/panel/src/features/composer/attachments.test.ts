import { MediaType } from "@shared/api/model";
import { expect, test } from "vitest";

import { mediaTypeOf } from "./attachments";

test("what browsers record goes as a sound wherever platforms play it", () => {
  // Safari and Chrome record the first, Firefox the second; only Chromium without AAC the third.
  const recorded = ["audio/mp4", "audio/ogg", "audio/webm"].map(mediaTypeOf);

  expect(recorded).toEqual([MediaType.Audio, MediaType.Audio, MediaType.File]);
});

test("pictures that platforms show go as photos, the others as files", () => {
  expect(["image/png", "image/svg+xml", "application/pdf"].map(mediaTypeOf)).toEqual([
    MediaType.Photo,
    MediaType.File,
    MediaType.File,
  ]);
});
