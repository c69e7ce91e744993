// What a project shows when it opens comes with its page, in the files that the HTML names: each part would otherwise be asked for only when the one around it is there.
import "./explorer/explorer-actions.tsx";
import "./explorer/explorer-view.tsx";
import "./run/run-status.tsx";
import "./scm/scm-status.tsx";
import "./text/editor-status.tsx";
import "./text/file-pane.tsx";
import { loadMonaco } from "./text/monaco.ts";

/** Fetches what the page of a project does not bring along, before it is drawn. */
export function fetchAhead(withFile: boolean): void {
  // What cannot be fetched now is fetched again, and missed, where it is drawn.
  if (withFile) loadMonaco().catch(() => undefined);
}
