/** Whether the person's keyboard has a Cmd key. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
