import { computed, type ComputedRef } from "vue";

import { useDesk } from "../../desk";

type Say = (iso: string) => string;

export interface When {
  /** As a list has it: the time alone today, else with its day of the week. */
  readonly brief: Say;
  /** As a sentence has it behind "until". */
  readonly within: Say;
}

/** How a moment to come is written for the reader. */
export function useWhen(): ComputedRef<When> {
  const { dates, minute } = useDesk();
  return computed(() => {
    const { dayOf, day, time, full } = dates.value;
    const today = dayOf(new Date(minute.value).toISOString());
    return {
      brief: (iso) =>
        dayOf(iso) === today ? time(iso) : `${day(iso, minute.value)}, ${time(iso)}`,
      within: (iso) => (dayOf(iso) === today ? time(iso) : full(iso)),
    };
  });
}
