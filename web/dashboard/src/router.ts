import { ProblemError } from "@shared/api/client";
import type { Component, Ref } from "vue";
import { createRouter, createWebHistory, type RouteLocationRaw, type Router } from "vue-router";

import type { Company } from "./company";
import { PAGES } from "./pages";

declare module "vue-router" {
  interface RouteMeta {
    /** Shown to nobody in particular. */
    isPublic?: boolean;
  }
}

export const SIGN_IN = "/dashboard/sign-in";
export const SET_UP = "/dashboard/set-up";
/** What an address that leads elsewhere shows. */
const Nothing: Component = { render: () => null };

/** `interrupted` is set to where a person was going when the server could not be asked for them. */
export function createDashboardRouter(company: Company, interrupted: Ref<string | null>): Router {
  const router = createRouter({
    history: createWebHistory(),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      {
        path: SIGN_IN,
        component: () => import("./features/session/SignInPage.vue"),
        meta: { isPublic: true },
      },
      {
        path: SET_UP,
        component: () => import("./features/session/SetUpPage.vue"),
        meta: { isPublic: true },
      },
      {
        path: "/join",
        component: () => import("./features/session/JoinPage.vue"),
        meta: { isPublic: true },
      },
      {
        path: "/dashboard",
        component: () => import("./features/shell/Shell.vue"),
        children: [
          // Not redirects: those would be followed before anyone is asked who is signed in.
          { path: "", component: Nothing, beforeEnter: () => home(company) },
          ...PAGES.map((page) => ({
            path: page.path,
            component: page.load,
            beforeEnter: () => company.may(page.role) || home(company),
          })),
          { path: ":rest(.*)*", component: Nothing, beforeEnter: () => home(company) },
        ],
      },
    ],
  });
  router.beforeEach(async (to) => {
    interrupted.value = null;
    if (to.meta.isPublic) return true;
    try {
      if (company.me.value ?? (await company.load())) return true;
      return await entrance(company, to.fullPath);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      interrupted.value = to.fullPath;
      return false;
    }
  });
  // A page's file is not there any more: the server was upgraded since this one was loaded. Only a
  // page that worked before is loaded anew, or one that can't be had would be asked for for ever.
  router.onError((_error, to, from) => {
    if (from.matched.length) location.assign(to.fullPath);
    else interrupted.value = to.fullPath;
  });
  return router;
}

/** The first page that the person may see. */
function home(company: Company): RouteLocationRaw {
  const found = PAGES.find((page) => company.may(page.role));
  return found ? `/dashboard/${found.path}` : SIGN_IN;
}

async function entrance(company: Company, wanted: string): Promise<RouteLocationRaw> {
  const { isNeeded } = await company.api.request<{ isNeeded: boolean }>("GET", "/api/setup");
  if (isNeeded) return SET_UP;
  return { path: SIGN_IN, query: wanted === "/dashboard" ? {} : { next: wanted } };
}
