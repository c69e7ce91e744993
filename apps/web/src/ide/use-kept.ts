"use client";

import { useCallback, useMemo } from "react";
import type { z } from "zod";
import { useStorePart } from "#lib/store.ts";
import { useIdeSession } from "./ide-context.ts";

/** A piece of state of a view that is there again when the project is opened again, in any browser of the person. Small, plain data. */
export function useKept<Value>(viewId: string, schema: z.ZodType<Value>, initial: Value): readonly [value: Value, set: (value: Value) => void] {
  const { kept } = useIdeSession();
  const raw = useStorePart(kept, (all) => all[viewId]);
  const value = useMemo(() => {
    const parsed = schema.safeParse(raw);
    return parsed.success ? parsed.data : initial;
  }, [raw, schema, initial]);
  const set = useCallback((next: Value) => kept.update((all) => ({ ...all, [viewId]: next })), [kept, viewId]);
  return [value, set];
}
