import { browserTimers } from "../live/timers";
import { createChime } from "./chime";

/** The chime of this tab. */
export const chime = createChime(
  () => new AudioContext(),
  browserTimers.now,
  (ms) => browserTimers.wait(ms).done,
);

const GESTURES = ["pointerup", "keydown"] as const;

/** The first click or key press lets the page be heard; later ones try again what was refused. */
export function unlockByGesture(): () => void {
  const unlock = (): void => {
    if (chime.state.value !== "ready") void chime.unlock();
  };
  GESTURES.forEach((gesture) => addEventListener(gesture, unlock));
  if (navigator.userActivation?.hasBeenActive) unlock();
  return () => GESTURES.forEach((gesture) => removeEventListener(gesture, unlock));
}
