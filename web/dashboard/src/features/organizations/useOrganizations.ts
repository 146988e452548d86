import type { Organization } from "@shared/api/model";
import { type Loaded, useLoaded } from "@shared/ui/loading";

import { useCompany } from "../../company";

/** The company's organizations, by id. */
export function useOrganizations(): Loaded<Organization[]> {
  const company = useCompany();
  return useLoaded(() => company.api.request<Organization[]>("GET", "/api/company/organization"));
}
