import {
  Building2,
  Cable,
  CircleUserRound,
  Headset,
  HeartPulse,
  Link,
  ScrollText,
  UsersRound,
} from "@lucide/vue";
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
    path: "organizations",
    icon: Building2,
    role: Role.Analyst,
    load: () => import("./features/organizations/OrganizationsPage.vue"),
  },
  {
    path: "operators",
    icon: Headset,
    role: Role.Analyst,
    load: () => import("./features/operators/OperatorsPage.vue"),
  },
  {
    path: "channels",
    icon: Cable,
    role: Role.Analyst,
    load: () => import("./features/channels/ChannelsPage.vue"),
  },
  {
    path: "links",
    icon: Link,
    role: Role.Admin,
    load: () => import("./features/links/LinksPage.vue"),
  },
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
    path: "health",
    icon: HeartPulse,
    role: Role.Admin,
    load: () => import("./features/health/HealthPage.vue"),
  },
  {
    path: "profile",
    icon: CircleUserRound,
    role: Role.Analyst,
    load: () => import("./features/profile/ProfilePage.vue"),
  },
];
