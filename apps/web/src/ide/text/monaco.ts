"use client";

import type * as Monaco from "monaco-editor";
import { useEffect, useState } from "react";

export type MonacoApi = typeof Monaco;

let loading: Promise<MonacoApi> | null = null;
let loaded: MonacoApi | null = null;

/** The editor, fetched when the first text is opened. A failed fetch is tried again by the next who asks. */
export function loadMonaco(): Promise<MonacoApi> {
  loading ??= import("./monaco-setup.ts").then(
    ({ monaco }) => (loaded = monaco),
    (error: unknown) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}

/** The editor once it is here; null until then. */
export function useMonaco(): MonacoApi | null {
  const [monaco, setMonaco] = useState(loaded);
  useEffect(() => {
    if (monaco) return;
    let gone = false;
    const wait = async () => {
      const api = await loadMonaco();
      if (!gone) setMonaco(api);
    };
    void wait();
    return () => {
      gone = true;
    };
  }, [monaco]);
  return monaco;
}
