"use client";

import { useEffect, useRef } from "react";
import { useStore } from "#lib/store.ts";
import { useUrlParam } from "#lib/use-url-param.ts";
import { activeTab } from "./editors/editor-state.ts";
import { useIdeSession } from "./ide-context.ts";
import { parseFileQuery } from "./quick-open/parse-query.ts";

/** The address names the file that is shown, so that a link leads to it: `?file=src/a.ts`, or with a line, `?file=src/a.ts:12`. */
export function useFileInUrl(): void {
  const ide = useIdeSession();
  const [file, setFile] = useUrlParam("file");
  const first = useRef(file);
  const shown = activeTab(useStore(ide.editors))?.input.path || null;

  useEffect(() => {
    if (first.current === null) return;
    const { text, at } = parseFileQuery(first.current);
    first.current = null;
    if (text !== "") ide.openFile(text, at ? { at } : {});
  }, [ide]);
  useEffect(() => {
    if (first.current === null && (shown === null || shown.isWellFormed())) setFile(shown);
  }, [shown, setFile]);
}
