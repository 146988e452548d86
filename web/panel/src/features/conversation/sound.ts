let playing: HTMLMediaElement | null = null;

/** One sound at a time: whatever plays stops when another begins. */
export function claimSound(element: HTMLMediaElement): void {
  if (playing && playing !== element) playing.pause();
  playing = element;
}
