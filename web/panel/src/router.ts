import { ProblemError } from "@shared/api/client";
import { ownPath } from "@shared/net/paths";
import type { Ref } from "vue";
import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type Router,
  type RouteRecordRaw,
} from "vue-router";

import { loadConversation } from "./features/conversation/load";
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
        component: loadConversation,
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

/** `interrupted` is set to where a person was going when the server could not be asked for them. */
export function createPanelRouter(
  session: Session,
  interrupted: Ref<string | null>,
  onSignedIn: () => Promise<void>,
): Router {
  const router = createRouter({ history: createWebHistory(), routes });
  let isStarted = false;
  router.beforeEach(async (to) => {
    interrupted.value = null;
    if (to.name === "login") return (await isNeeded(session, to)) || ownPath(to.query.next);
    if (to.meta.isPublic) return true;
    const isSignedIn = await session.load().catch(notReached);
    if (isSignedIn === null) {
      interrupted.value = to.fullPath;
      return false;
    }
    if (!isSignedIn) {
      return { name: "login", query: to.fullPath === "/" ? {} : { next: ownPath(to.fullPath) } };
    }
    if (!isStarted) await onSignedIn();
    isStarted = true;
    return true;
  });
  return router;
}

/** Who is signed in has no need of the sign-in page, unless it has something to say. */
async function isNeeded(session: Session, to: RouteLocationNormalized): Promise<boolean> {
  return to.query.reason !== undefined || !(await session.load().catch(notReached));
}

function notReached(error: unknown): null {
  if (!(error instanceof ProblemError)) throw error;
  return null;
}
