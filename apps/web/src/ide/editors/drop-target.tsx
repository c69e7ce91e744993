"use client";

import { type DragEvent, type ReactNode, useState } from "react";
import { useIde } from "../ide-context.ts";
import { canSplit, groupOf, type SplitSide } from "./editor-state.ts";
import styles from "./editors.module.css";
import { draggedTab, droppedPaths, endTabDrag, hasPaths } from "./tab-drag.ts";

type Zone = SplitSide | "center";
const EDGE = 0.25;

/** Takes tabs and files that are dropped on a group: in its middle into the group, near an edge into a new one there. */
export function DropTarget({ group, children }: { readonly group: number; readonly children: ReactNode }) {
  const { editors, openFile } = useIde();
  const [zone, setZone] = useState<Zone | null>(null);

  const zoneAt = (event: DragEvent<HTMLElement>): Zone => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    const edges: readonly (readonly [SplitSide, number])[] = [["left", x], ["right", 1 - x], ["up", y], ["down", 1 - y]];
    const [side, distance] = edges.reduce((nearest, edge) => (edge[1] < nearest[1] ? edge : nearest));
    return distance < EDGE && canSplit(editors.get(), group, side) ? side : "center";
  };

  const onDragOver = (event: DragEvent<HTMLElement>) => {
    if (!draggedTab(event) && !hasPaths(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = draggedTab(event) ? "move" : "copy";
    setZone(zoneAt(event));
  };

  const onDrop = (event: DragEvent<HTMLElement>) => {
    const tab = draggedTab(event);
    const paths = droppedPaths(event);
    const where = zoneAt(event);
    setZone(null);
    if (!tab && paths.length === 0) return;
    event.preventDefault();
    endTabDrag();
    if (tab) {
      if (where === "center") editors.move(tab, group, groupOf(editors.get(), group).tabs.length);
      else editors.moveToSide(tab, group, where);
      return;
    }
    editors.enter(group);
    paths.forEach((path) => openFile(path));
    if (where === "center" || paths.length !== 1) return;
    const [path = ""] = paths;
    editors.moveToSide({ group, tab: `file:${path}` }, group, where);
  };

  return (
    <div
      className={styles.dropTarget}
      onDragOver={onDragOver}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget)) setZone(null);
      }}
      onDrop={onDrop}
    >
      {children}
      {zone ? <div className={styles.dropZone} data-zone={zone} aria-hidden="true" /> : null}
    </div>
  );
}
