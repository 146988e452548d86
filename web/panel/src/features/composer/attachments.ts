import { MediaType } from "@shared/api/model";

import type { Attachment } from "./outgoing";
import { type PutFile, startUpload } from "./uploads";

const PHOTOS = new Set(["image/jpeg", "image/png", "image/webp"]);
const SOUNDS = new Set(["audio/mpeg", "audio/mp4", "audio/ogg"]);

/** How a file is sent. Pictures and sounds that platforms do not take as such go as files. */
export function mediaTypeOf(mime: string): MediaType {
  if (PHOTOS.has(mime)) return MediaType.Photo;
  if (mime === "video/mp4") return MediaType.Video;
  if (SOUNDS.has(mime)) return MediaType.Audio;
  return MediaType.File;
}

/** A file that begins to go to the server as soon as it is chosen. */
export function startedOf(file: File, put: PutFile): Attachment {
  const attachment = attachmentOf(file);
  return { ...attachment, upload: startUpload(attachment, put) };
}

export function attachmentOf(file: File): Attachment {
  const type = mediaTypeOf(file.type);
  const hasPreview = type === MediaType.Photo || type === MediaType.Video;
  return {
    file,
    name: file.name || pastedName(file.type),
    type,
    previewUri: hasPreview ? URL.createObjectURL(file) : null,
  };
}

export function forget(attachment: Attachment | null): void {
  attachment?.upload?.cancel();
  if (attachment?.previewUri) URL.revokeObjectURL(attachment.previewUri);
}

/** A pasted picture has no name of its own in some browsers. */
function pastedName(mime: string): string {
  return mime.startsWith("image/") ? `image.${mime.slice("image/".length)}` : "file";
}
