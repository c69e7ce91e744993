import type { DragEvent } from "react";
import type { TabPlace } from "./editor-state.ts";

const TAB_TYPE = "application/x-coder-tab";
export const PATHS_TYPE = "application/x-coder-paths";

/** What is being dragged in this window: while a drag is over a target, browsers tell its types and not its data. */
let dragged: TabPlace | null = null;

export function startTabDrag(event: DragEvent, place: TabPlace, path: string): void {
  dragged = place;
  event.dataTransfer.effectAllowed = "copyMove";
  event.dataTransfer.setData(TAB_TYPE, "");
  event.dataTransfer.setData("text/plain", path);
}

export function endTabDrag(): void {
  dragged = null;
}

export function draggedTab(event: DragEvent): TabPlace | null {
  return event.dataTransfer.types.includes(TAB_TYPE) ? dragged : null;
}

export function hasPaths(event: DragEvent): boolean {
  return event.dataTransfer.types.includes(PATHS_TYPE);
}

/** Paths of the explorer, once they are dropped. */
export function droppedPaths(event: DragEvent): string[] {
  try {
    const paths: unknown = JSON.parse(event.dataTransfer.getData(PATHS_TYPE));
    return Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [];
  } catch {
    return [];
  }
}
