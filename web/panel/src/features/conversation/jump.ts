import { inject, type InjectionKey } from "vue";

type Jump = (messageId: number) => void;
type View = (bubbleKey: string) => void;

/** Brings a message that is loaded on screen. */
export const JUMP: InjectionKey<Jump> = Symbol("jump");
/** Shows a message's photo or video over the whole screen. */
export const VIEW: InjectionKey<View> = Symbol("view");

const nothing = (): void => undefined;

export const useJump = (): Jump => inject(JUMP, nothing);
export const useViewer = (): View => inject(VIEW, nothing);
