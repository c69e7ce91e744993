"use client";

import { useSearchParams } from "next/navigation";
import { nextPath } from "./paths.ts";

/** Goes in after a sign-in or sign-up. A full load, so that every page starts with the new session. */
export function useEnter(): () => void {
  const next = nextPath(useSearchParams().get("next"));
  return () => window.location.assign(next);
}
