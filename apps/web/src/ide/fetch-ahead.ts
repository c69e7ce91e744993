import { loadMonaco } from "./text/monaco.ts";

/** Fetches the code of an open project before its page is drawn: otherwise each part would be asked for only when the one around it is there. */
export function fetchAhead(withFile: boolean): void {
  const parts: Promise<unknown>[] = [import("./project-page.tsx"), import("./explorer/explorer-view.tsx"), import("./explorer/explorer-actions.tsx")];
  if (withFile) parts.push(loadMonaco(), import("./text/file-pane.tsx"), import("./text/editor-status.tsx"));
  // What cannot be fetched now is fetched again, and missed, where it is drawn.
  for (const part of parts) part.catch(() => undefined);
}
