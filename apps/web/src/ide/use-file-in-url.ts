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
    const wanted = first.current;
    if (wanted === null) return;
    first.current = null;
    const { text, at } = parseFileQuery(wanted);
    const openPlace = () => text !== "" && ide.openFile(text, at ? { at } : {});
    if (text === wanted) openPlace();
    // It names a place in a file, or a file whose own name looks like that.
    else ide.files.getEntry(wanted).then(() => ide.openFile(wanted), openPlace);
  }, [ide]);
  useEffect(() => {
    if (first.current === null && (shown === null || shown.isWellFormed())) setFile(shown);
  }, [shown, setFile]);
}
