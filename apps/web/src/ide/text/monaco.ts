"use client";

import { useEffect, useState } from "react";
import type { MonacoApi } from "./monaco-setup.ts";

export type { MonacoApi };

let loading: Promise<MonacoApi> | null = null;
let loaded: MonacoApi | null = null;

/** The editor, fetched when the first text is opened. A failed fetch is tried again by the next who asks. */
export function loadMonaco(): Promise<MonacoApi> {
  loading ??= fetchMonaco();
  return loading;
}

async function fetchMonaco(): Promise<MonacoApi> {
  try {
    const { setUpMonaco } = await import("./monaco-setup.ts");
    loaded = await setUpMonaco();
    return loaded;
  } catch (error) {
    loading = null;
    throw error;
  }
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
