/** What browsers can record, the kinds that most platforms play first. */
const KINDS: readonly (readonly [mime: string, ending: string])[] = [
  ["audio/mp4;codecs=mp4a.40.2", "m4a"],
  ["audio/ogg;codecs=opus", "ogg"],
  ["audio/webm;codecs=opus", "webm"],
  ["audio/mp4", "m4a"],
];

export interface Recording {
  /** Stops; null when nothing was heard. */
  finish(): Promise<File | null>;
  cancel(): void;
}

/** Asks for the microphone and listens. Raises when it is refused or can't be recorded. */
export async function startRecording(): Promise<Recording> {
  const kind = KINDS.find(([mime]) => MediaRecorder.isTypeSupported(mime));
  if (!kind) throw new Error("this browser records nothing that can be sent");
  const [mime, ending] = kind;
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream, { mimeType: mime });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => void (data.size > 0 && parts.push(data));
  const stopped = new Promise<void>((resolve) => {
    recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      resolve();
    };
  });
  recorder.start(1000);
  const stop = (): void => void (recorder.state !== "inactive" && recorder.stop());
  return {
    async finish() {
      stop();
      await stopped;
      const type = mime.split(";")[0] ?? mime;
      return parts.length > 0 ? new File(parts, `voice.${ending}`, { type }) : null;
    },
    cancel: stop,
  };
}

/** Seconds as a clock shows them: 1:05. */
export function clockOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
