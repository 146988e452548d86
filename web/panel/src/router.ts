import { ownPath } from "@shared/net/paths";
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from "vue-router";

import type { Session } from "./features/session/session";

declare module "vue-router" {
  interface RouteMeta {
    /** Shown without an operator. */
    isPublic?: boolean;
  }
}

const routes: RouteRecordRaw[] = [
  {
    path: "/login",
    name: "login",
    component: () => import("./features/session/LoginPage.vue"),
    meta: { isPublic: true },
  },
  {
    path: "/switch",
    name: "switch",
    component: () => import("./features/session/SwitchPage.vue"),
    meta: { isPublic: true },
  },
  {
    path: "/links/:sealed",
    name: "link",
    component: () => import("./features/links/LinkPage.vue"),
  },
  {
    path: "/",
    component: () => import("./features/chats/DeskPage.vue"),
    children: [
      { path: "", name: "chats", component: () => import("./features/chats/NoChat.vue") },
      {
        path: "chats/:id(\\d{1,16})",
        name: "chat",
        component: () => import("./features/conversation/ConversationPage.vue"),
      },
    ],
  },
  {
    path: "/:rest(.*)*",
    name: "lost",
    component: () => import("./features/links/LostPage.vue"),
    meta: { isPublic: true },
  },
];

export function createPanelRouter(session: Session, onSignedIn: () => Promise<void>): Router {
  const router = createRouter({ history: createWebHistory(), routes });
  router.beforeEach(async (to) => {
    if (to.meta.isPublic) return true;
    const isFirst = session.me.value === null;
    if (!(await session.load())) {
      return { name: "login", query: to.fullPath === "/" ? {} : { next: ownPath(to.fullPath) } };
    }
    if (isFirst) await onSignedIn();
    return true;
  });
  return router;
}
