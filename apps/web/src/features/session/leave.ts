"use client";

import { rememberSession } from "./session-hint.ts";

let leaving = false;

/** Goes to a page in front of the sign-in, by a full load: nothing of the session that has ended stays in memory. The first call decides where to. */
export function leave(path: string): void {
  if (leaving) return;
  leaving = true;
  rememberSession(false);
  window.location.replace(path);
}

/** The session has ended: nothing that this page still has can be written, and it must not be held up. */
export function isLeaving(): boolean {
  return leaving;
}
