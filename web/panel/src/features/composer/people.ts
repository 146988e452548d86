import type { Api } from "@shared/api/client";
import { shallowRef } from "vue";

export interface Colleague {
  readonly id: number;
  readonly name: string;
}

const ACTIVE = 0;

interface Listed extends Colleague {
  readonly status: number;
}

/** The organization's active operators, asked for when somebody begins to mention one. */
export function usePeople(api: Api, organizationId: () => number | undefined) {
  const people = shallowRef<readonly Colleague[]>([]);

  async function load(): Promise<void> {
    const query = { organizationId: organizationId() };
    const listed = await api.request<Listed[]>("GET", "/api/operator", { query });
    people.value = listed.filter(({ status }) => status === ACTIVE);
  }

  return { people, load };
}
