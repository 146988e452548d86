import type { Api } from "@shared/api/client";
import { shallowRef } from "vue";

import { SOURCES } from "../sources/sources";
import type { ListChannel } from "./chatWindow";

/** The organization's channels, asked for when somebody begins to choose one. */
export function useChannels(api: Api) {
  const channels = shallowRef<readonly ListChannel[]>([]);

  async function load(): Promise<void> {
    const { items } = await api.request<{ items: ListChannel[] }>("GET", "/api/chat/channels");
    channels.value = items;
  }

  return { channels, load };
}

/** `Telegram · demo_shop_bot` */
export function channelTitle({ source, from }: Pick<ListChannel, "source" | "from">): string {
  return source === null ? from : `${SOURCES[source].name} · ${from}`;
}
