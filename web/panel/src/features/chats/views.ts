import { type Api, ProblemError } from "@shared/api/client";
import type { ListView, ListViews } from "@shared/api/model";

import { ALL, type ChatFilter, type ListChannel } from "./chatWindow";

/** As the list is narrowed now, under a name. */
export function viewOf(name: string, filter: ChatFilter, me: number | null): ListView {
  const isMine = filter.operatorId !== null && filter.operatorId === me;
  return {
    name,
    status: filter.status,
    source: filter.source,
    channelId: filter.channel?.id ?? null,
    mine: isMine,
    operatorId: isMine ? null : filter.operatorId,
    unassigned: filter.isUnassigned,
    tag: filter.tag,
    from: filter.from || null,
    to: filter.to || null,
    blocked: filter.isBlocked,
    waiting: filter.isWaiting,
  };
}

/** What a view narrows the list to. One of a channel that is gone says so by its `source`. */
export function filterOf(
  view: ListView,
  me: number | null,
  channels: readonly ListChannel[],
): ChatFilter {
  const { channelId } = view;
  const known = channels.find(({ id }) => id === channelId);
  const gone = channelId === null ? null : { id: channelId, source: null, from: "" };
  return {
    status: view.status as ChatFilter["status"],
    source: view.source as ChatFilter["source"],
    channel: known ?? gone,
    operatorId: view.mine ? me : view.operatorId,
    isUnassigned: view.unassigned,
    tag: view.tag,
    from: view.from ?? ALL.from,
    to: view.to ?? ALL.to,
    isBlocked: view.blocked,
    isWaiting: view.waiting,
  };
}

/** Whether the list is narrowed to just what a view says. */
export function isView(view: ListView, filter: ChatFilter, me: number | null): boolean {
  return JSON.stringify(viewOf(view.name, filter, me)) === JSON.stringify({ ...view });
}

export function fetchViews(api: Api): Promise<ListViews> {
  return api.request<ListViews>("GET", "/api/chat/views");
}

/**
 * Does `change` to the views that stand at the server, and once more when another tab was quicker.
 * Raises ProblemError.
 */
export async function changeViews(
  api: Api,
  known: ListViews,
  change: (items: readonly ListView[]) => readonly ListView[],
): Promise<ListViews> {
  const put = ({ version, items }: ListViews): Promise<ListViews> =>
    api.request<ListViews>("PUT", "/api/chat/views", { body: { version, items: change(items) } });
  try {
    return await put(known);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 409) throw error;
    return await put(await fetchViews(api));
  }
}
