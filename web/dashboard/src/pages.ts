import { CircleUserRound, ScrollText, UsersRound } from "@lucide/vue";
import { Role } from "@shared/api/model";
import type { Component } from "vue";

/** A page of the dashboard: its address below /dashboard, who may see it, and where it lies. */
export interface Page {
  readonly path: string;
  readonly icon: Component;
  /** The lowest role that sees it. */
  readonly role: Role;
  readonly load: () => Promise<Component>;
}

/** In the order of the menu; each has its name in the locales, below `nav`. */
export const PAGES: readonly Page[] = [
  {
    path: "users",
    icon: UsersRound,
    role: Role.Owner,
    load: () => import("./features/users/UsersPage.vue"),
  },
  {
    path: "audit",
    icon: ScrollText,
    role: Role.Admin,
    load: () => import("./features/audit/AuditPage.vue"),
  },
  {
    path: "profile",
    icon: CircleUserRound,
    role: Role.Analyst,
    load: () => import("./features/profile/ProfilePage.vue"),
  },
];
