import { useI18n } from "vue-i18n";

import type { Colleague } from "../composer/people";
import { channelTitle } from "./channels";
import type { ListChannel } from "./chatWindow";

/** What a filter's channel and colleague are called, also when they are gone. */
export function useFilterNames(people: () => readonly Colleague[]) {
  const { t } = useI18n();

  return {
    ofChannel(channel: ListChannel): string {
      return channel.source === null ? t("more.channelGone") : channelTitle(channel);
    },
    /** Before it is known who there is, nobody is said to have left. */
    ofColleague(operatorId: number): string {
      const name = people().find(({ id }) => id === operatorId)?.name;
      return name ?? t(people().length === 0 ? "more.colleague" : "more.colleagueGone");
    },
  };
}
