"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type MouseEvent, useEffect, useId, useRef, useState } from "react";
import { useSession } from "#features/session/session.tsx";
import { useStore } from "#lib/store.ts";
import { COARSE, useMedia } from "#lib/use-media.ts";
import { ContextMenu } from "#ui/context-menu.tsx";
import type { SelectMode } from "#ui/table/use-selection.ts";
import { folderOf, joinPath } from "../editors/editor-input.ts";
import { droppedPaths, hasPaths, PATHS_TYPE } from "../editors/tab-drag.ts";
import { useIdeSession } from "../ide-context.ts";
import { useDeepTree } from "./deep-tree.ts";
import { ExplorerMenu } from "./explorer-menu.tsx";
import styles from "./explorer.module.css";
import { copyInto, moveInto, uploadFiles } from "./operations.ts";
import { INDENT, TreeRow } from "./tree-row.tsx";
import type { EntryRow, Row } from "./tree-rows.ts";
import { droppedFiles } from "./Uploads.ts";
import { useTypeAhead } from "./use-type-ahead.ts";

const ROW_HEIGHT = 22;
const TOUCH_ROW_HEIGHT = 36;
const OVERSCAN = 20;
const OPEN_AFTER_MS = 600;

/**
 * The rows of the tree, as many as are in view. Focus stays on the tree itself and moves inside it by name, so rows that come and go take neither focus nor
 * choice away.
 */
export function Tree({ rows }: { readonly rows: readonly Row[] }) {
  const ide = useIdeSession();
  const { explorer, tree } = ide;
  const { may } = useSession();
  const choice = useStore(explorer);
  const reveals = useStore(explorer.reveals);
  const renaming = useStore(explorer.renaming);
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useMedia(COARSE) ? TOUCH_ROW_HEIGHT : ROW_HEIGHT;
  const prefix = useId();
  const [focused, setFocused] = useState(false);
  const [dropFolder, setDropFolder] = useState<string | null>(null);
  const typeAhead = useTypeAhead((text) => {
    const found = explorer.typeAhead(text, rows);
    if (found !== null) moveTo(found, false);
  });
  const writes = may("workspace.file.write");
  const drop = useDropFolder(rows, setDropFolder);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN,
  });
  const items = virtualizer.getVirtualItems();

  const indexOf = (id: string | null) => rows.findIndex((row) => row.id === id);
  const { startIndex = 0, endIndex = -1 } = virtualizer.range ?? {};
  const inView = rows.slice(startIndex, endIndex + 1);
  const width = useDeepTree({ scroller, rows, shown: inView, active: inView.find(({ id }) => id === choice.active), indent: INDENT });
  const shownIndex = useRef(indexOf);
  shownIndex.current = indexOf;
  useEffect(() => {
    const at = shownIndex.current(explorer.get().active);
    if (at >= 0) virtualizer.scrollToIndex(at, { align: "auto" });
  }, [reveals, explorer, virtualizer]);
  // The name that is being typed is in view.
  const draftAt = rows.findIndex(({ kind }) => kind === "draft");
  useEffect(() => {
    if (draftAt >= 0) virtualizer.scrollToIndex(draftAt, { align: "auto" });
  }, [draftAt, virtualizer]);

  const last = items.at(-1);
  const lastRow = last && rows[last.index];
  const nextPage = items.map((item) => rows[item.index]).find((row) => row?.kind === "more");
  useEffect(() => {
    if (nextPage?.kind === "more") void tree.loadMore(nextPage.folder);
  }, [nextPage, lastRow, tree]);

  const moveTo = (id: string, extend: boolean) => {
    explorer.select(id, extend ? "range" : "only");
    const at = indexOf(id);
    if (at >= 0) virtualizer.scrollToIndex(at, { align: "auto" });
  };

  /** The nearest entry from `index` on in a direction: rows of other kinds are passed over. */
  const entryFrom = (index: number, step: 1 | -1): EntryRow | undefined => {
    for (let at = Math.max(0, Math.min(index, rows.length - 1)); at >= 0 && at < rows.length; at += step) {
      const row = rows[at];
      if (row?.kind === "entry") return row;
    }
    return undefined;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if ((event.target !== event.currentTarget && !isRow(event.target)) || event.altKey) return;
    const at = indexOf(choice.active);
    const row = rows[at];
    const entry = row?.kind === "entry" ? row : undefined;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const command = event.ctrlKey || event.metaKey;
    const go = (target: EntryRow | undefined) => target && moveTo(target.id, event.shiftKey);
    switch (event.key) {
      case "ArrowDown":
        go(entryFrom(at + 1, 1));
        break;
      case "ArrowUp":
        go(entryFrom(at < 0 ? 0 : at - 1, -1));
        break;
      case "PageDown":
        go(entryFrom(at + page, -1));
        break;
      case "PageUp":
        go(entryFrom(at - page, 1));
        break;
      case "Home":
        go(entryFrom(0, 1));
        break;
      case "End":
        go(entryFrom(rows.length - 1, -1));
        break;
      case "ArrowRight":
        if (entry?.expandable && !entry.expanded) void tree.expand(entry.id);
        else if (entry?.expanded) go(entryFrom(at + 1, 1));
        break;
      case "ArrowLeft":
        if (entry?.expanded) tree.collapse(entry.id);
        else if (entry) go(rows.slice(0, at).findLast((each): each is EntryRow => each.kind === "entry" && each.depth === entry.depth - 1));
        break;
      case "Enter":
        if (command || !entry) return;
        if (entry.expandable) tree.toggle(entry.id);
        else ide.openFile(entry.id);
        break;
      case " ":
        if (!entry) return;
        if (typeAhead.active()) {
          typeAhead.type(" ");
          break;
        }
        if (entry.expandable) tree.toggle(entry.id);
        else ide.openFile(entry.id, { preview: true, keepFocus: true });
        break;
      case "Escape":
        if (explorer.clipboard.get()?.cut) explorer.clipboard.set(null);
        else if (choice.ids.size > 1) explorer.clear();
        else return;
        break;
      default:
        if (command && event.key.toLowerCase() === "a") explorer.selectAll();
        else if (!command && event.key.length === 1) typeAhead.type(event.key);
        else return;
    }
    event.preventDefault();
  };

  // A press puts the focus on the row, which may be gone with the next turn of the wheel: the tree takes it over. Not before the button is up, or nothing could be dragged.
  const takeFocus = () => scroller.current?.focus({ preventScroll: true });

  const onClick = (event: MouseEvent, row: EntryRow) => {
    takeFocus();
    const mode: SelectMode = event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "toggle" : "only";
    explorer.select(row.id, mode);
    if (mode !== "only") return;
    if (row.expandable) tree.toggle(row.id);
    else ide.openFile(row.id, { preview: true, keepFocus: true });
  };

  /** What the menu is about: the row below the pointer, unless it is one of several that are chosen. */
  const onContextMenu = (event: MouseEvent) => {
    const id = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-id]")?.dataset["id"] : undefined;
    if (id === undefined) {
      // The menu key names no place: it is about the active row.
      if (event.clientX !== 0 || event.clientY !== 0) explorer.chooseNothing();
    } else if (!choice.ids.has(id)) explorer.select(id, "only");
  };

  const onDragStart = (event: DragEvent, row: EntryRow) => {
    if (!choice.ids.has(row.id)) explorer.select(row.id, "only");
    const paths = explorer.chosen();
    event.dataTransfer.effectAllowed = "copyMove";
    event.dataTransfer.setData(PATHS_TYPE, JSON.stringify(paths));
    event.dataTransfer.setData("text/plain", paths.join("\n"));
  };

  const onDrop = (event: DragEvent) => {
    const folder = drop.folderOf(event);
    drop.leave();
    if (!writes) return;
    if (event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
      void droppedFiles(event.dataTransfer.items, folder).then((files) => uploadFiles(ide, files));
    } else if (hasPaths(event)) {
      event.preventDefault();
      const paths = droppedPaths(event);
      void (event.ctrlKey || event.altKey ? copyInto(ide, paths, folder) : moveInto(ide, paths, folder));
    }
  };

  const onPaste = (event: ClipboardEvent) => {
    if (!writes || event.clipboardData.files.length === 0) return;
    event.preventDefault();
    uploadFiles(ide, [...event.clipboardData.files].map((file) => ({ path: joinPath(explorer.targetFolder(), file.name), file })));
  };

  const activeShown = choice.active !== null && items.some((item) => rows[item.index]?.id === choice.active);
  const elementId = (id: string) => `${prefix}${id}`;

  return (
    <ContextMenu
      label="Actions of the explorer"
      content={<ExplorerMenu />}
      onCloseFocus={(event) => {
        event.preventDefault();
        // Unless the action put it elsewhere: into a name to type, or an editor.
        if (explorer.renaming.get() === null && tree.get().draft === null && document.activeElement === document.body) scroller.current?.focus();
      }}
    >
      <div
        ref={scroller}
        className={styles.tree}
        role="tree"
        aria-label="Files"
        aria-multiselectable="true"
        aria-activedescendant={activeShown && choice.active !== null ? elementId(choice.active) : undefined}
        tabIndex={0}
        data-first-focus=""
        data-focused={focused || undefined}
        data-drop={dropFolder === "" || undefined}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          setFocused(event.target === event.currentTarget || isRow(event.target));
          if (event.target === event.currentTarget && choice.active === null) {
            const first = entryFrom(0, 1);
            if (first) explorer.select(first.id, "move");
          }
        }}
        onBlur={() => setFocused(false)}
        onClick={(event) => {
          // Below the last row.
          if (event.target === event.currentTarget) explorer.chooseNothing();
        }}
        onContextMenu={onContextMenu}
        onPaste={onPaste}
        onDragOver={(event) => writes && drop.over(event)}
        onDragLeave={(event) => {
          if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget)) drop.leave();
        }}
        onDrop={onDrop}
        onDragEnd={takeFocus}
      >
        <div className={styles.rows} role="presentation" style={{ height: virtualizer.getTotalSize(), minWidth: width }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <TreeRow
                key={item.key}
                row={row}
                id={elementId(row.id)}
                top={item.start}
                height={rowHeight}
                chosen={choice.ids.has(row.id)}
                active={row.id === choice.active}
                renaming={row.kind === "entry" && renaming !== null && row.id === renaming}
                dropTarget={row.kind === "entry" && dropFolder !== null && dropFolder !== "" && row.id === dropFolder}
                onClick={onClick}
                onDoubleClick={(entry) => !entry.expandable && ide.openFile(entry.id)}
                onDragStart={onDragStart}
                onNameDone={() => scroller.current?.focus()}
              />
            );
          })}
        </div>
      </div>
    </ContextMenu>
  );
}

function isRow(target: EventTarget): boolean {
  return target instanceof Element && target.getAttribute("role") === "treeitem";
}

/** Into which folder something is dropped. A closed folder that is hovered for a while opens. */
function useDropFolder(rows: readonly Row[], show: (folder: string | null) => void) {
  const { tree } = useIdeSession();
  const hovered = useRef<{ readonly folder: string; readonly timer: ReturnType<typeof setTimeout> } | null>(null);

  const folderOfEvent = (event: DragEvent): string => {
    const id = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-id]")?.dataset["id"] : undefined;
    const row = rows.find((each): each is EntryRow => each.kind === "entry" && each.id === id);
    if (!row) return "";
    return row.expandable ? row.entry.path : folderOf(row.entry.path);
  };
  const leave = () => {
    if (hovered.current) clearTimeout(hovered.current.timer);
    hovered.current = null;
    show(null);
  };
  const over = (event: DragEvent) => {
    if (!hasPaths(event) && !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = hasPaths(event) && !(event.ctrlKey || event.altKey) ? "move" : "copy";
    const folder = folderOfEvent(event);
    if (hovered.current?.folder === folder) return;
    leave();
    hovered.current = { folder, timer: setTimeout(() => folder !== "" && void tree.expand(folder), OPEN_AFTER_MS) };
    show(folder);
  };
  return { folderOf: folderOfEvent, over, leave };
}
