import { type Chat, ChatStatus } from "@shared/api/model";
import { toast } from "@shared/ui/toasts";
import { computed, type ComputedRef, nextTick } from "vue";
import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";

import { useDesk } from "../../desk";
import { useWorkActions } from "../work/useWorkActions";
import { holderOf } from "../work/work";
import { preferences } from "./appearance";
import type { Command } from "./commands";
import { overlay } from "./overlays";
import { THEMES } from "./preferences";

/** All that the desk can be told to do, in the reader's language. */
export function useDeskCommands(): ComputedRef<readonly Command[]> {
  const { t } = useI18n();
  const ways = useWays();
  const list = useListCommands();
  const chat = useChatCommands();
  const own = useOwnCommands();
  return computed(() =>
    [...ways, ...chat, ...list, ...own].map(({ label, ...command }) => ({
      ...command,
      label: t(label),
    })),
  );
}

function useWays(): readonly Command[] {
  const { chats } = useDesk();
  const router = useRouter();

  function step(by: 1 | -1): void {
    const known = chats.listed.value;
    const at = known.findIndex(({ id }) => id === chats.openId.value);
    const next = at === -1 ? known[0] : known[at + by];
    if (next) void router.push({ name: "chat", params: { id: next.id } });
  }

  /** On a phone the list is behind the chat. */
  async function search(): Promise<void> {
    const field = document.querySelector<HTMLElement>("main input[type=search]");
    if (field?.offsetParent === null) await router.push({ name: "chats" });
    await nextTick();
    field?.focus();
  }

  const hasChats = (): boolean => chats.listed.value.length > 0;
  const write = (): void =>
    document.querySelector<HTMLElement>("[data-testid=composer-input]")?.focus();
  return [
    {
      id: "bar",
      label: "comfort.command.bar",
      keys: "Mod+K",
      isKeyOnly: true,
      run: () => (overlay.value = overlay.value === "commands" ? null : "commands"),
    },
    {
      id: "next",
      label: "comfort.command.next",
      keys: "Alt+ArrowDown",
      isAvailable: hasChats,
      run: () => step(1),
    },
    {
      id: "previous",
      label: "comfort.command.previous",
      keys: "Alt+ArrowUp",
      isAvailable: hasChats,
      run: () => step(-1),
    },
    { id: "search", label: "comfort.command.search", keys: "/", run: () => void search() },
    {
      id: "write",
      label: "comfort.command.write",
      keys: "R",
      isAvailable: () => chats.open.value !== null,
      run: write,
    },
  ];
}

function useChatCommands(): readonly Command[] {
  const { chats, session } = useDesk();
  // Asked of only when a chat is open: see `isAvailable`.
  const actions = useWorkActions(() => chats.open.value as Chat);
  const me = (): number | null => session.me.value?.operator.id ?? null;
  return [
    {
      id: "take",
      label: "comfort.command.take",
      isAvailable: () => chats.open.value !== null && holderOf(chats.open.value, me()) !== "me",
      run: () => void actions.take(),
    },
    ...[true, false].map((isPinned) => ({
      id: `pin.${isPinned}`,
      label: `work.${isPinned ? "pin" : "unpin"}`,
      keys: "Alt+P",
      isAvailable: () =>
        chats.open.value !== null && chats.pins.has(chats.open.value.id) !== isPinned,
      run: () => void actions.pin(isPinned),
    })),
    {
      id: "close",
      label: "comfort.command.close",
      isAvailable: () =>
        chats.open.value !== null && chats.open.value.chatStatus !== ChatStatus.Closed,
      run: () => void actions.close(null),
    },
  ];
}

function useListCommands(): readonly Command[] {
  const { chats, session } = useDesk();
  const WHOSE = ["all", "mine", "nobody"] as const;
  return WHOSE.map((whose) => ({
    id: `list.${whose}`,
    label: `comfort.command.list.${whose}`,
    run: () =>
      void chats.narrow({
        ...chats.filter.value,
        operatorId: whose === "mine" ? (session.me.value?.operator.id ?? null) : null,
        isUnassigned: whose === "nobody",
      }),
  }));
}

function useOwnCommands(): readonly Command[] {
  const { session } = useDesk();
  const { t } = useI18n();
  const themes = THEMES.map((theme) => ({
    id: `theme.${theme}`,
    label: `comfort.command.theme.${theme}`,
    isAvailable: () => preferences.now.value.theme !== theme,
    run: () => preferences.change({ theme }),
  }));
  const densities = [true, false].map((isCompact) => ({
    id: `density.${isCompact}`,
    label: `comfort.command.${isCompact ? "compact" : "comfortable"}`,
    isAvailable: () => preferences.now.value.isCompact !== isCompact,
    run: () => preferences.change({ isCompact }),
  }));
  const sounds = [true, false].map((hasSound) => ({
    id: `sound.${hasSound}`,
    label: `comfort.command.${hasSound ? "soundOn" : "soundOff"}`,
    isAvailable: () => preferences.now.value.hasSound !== hasSound,
    run: () => preferences.change({ hasSound }),
  }));
  const show = (one: "preferences" | "keys") => (): void => void (overlay.value = one);
  return [
    ...themes,
    ...densities,
    ...sounds,
    { id: "preferences", label: "comfort.preferences", run: show("preferences") },
    { id: "keys", label: "comfort.keys", keys: "?", run: show("keys") },
    {
      id: "signOut",
      label: "signOut",
      run: () => void session.signOut().catch(() => toast(t("failed.text"))),
    },
  ];
}
