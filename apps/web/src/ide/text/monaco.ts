"use client";

import { useEffect, useState } from "react";
import { Store, useStore } from "#lib/store.ts";
import type { MonacoApi } from "./monaco-setup.ts";

export type { MonacoApi };

let loading: Promise<MonacoApi> | null = null;
const loaded = new Store<MonacoApi | null>(null);

/** The editor, fetched when the first text is opened. A failed fetch is tried again by the next who asks. */
export function loadMonaco(): Promise<MonacoApi> {
  loading ??= fetchMonaco();
  return loading;
}

async function fetchMonaco(): Promise<MonacoApi> {
  try {
    const { setUpMonaco } = await import("./monaco-setup.ts");
    const monaco = await setUpMonaco();
    loaded.set(monaco);
    return monaco;
  } catch (error) {
    loading = null;
    throw error;
  }
}

/** The editor once it is here; null until then, and where it could not be fetched: what reads the text tells of that. */
export function useMonaco(): MonacoApi | null {
  useEffect(() => void loadMonaco().catch(() => undefined), []);
  return useStore(loaded);
}

/** The same where nothing else tells that it could not be fetched: throws then. */
export function useMonacoOrFail(): MonacoApi | null {
  const [failure, setFailure] = useState<{ readonly error: unknown } | null>(null);
  useEffect(() => void loadMonaco().catch((error: unknown) => setFailure({ error })), []);
  const monaco = useStore(loaded);
  if (monaco === null && failure !== null) throw failure.error;
  return monaco;
}
