"use client";

import { type DragEvent, type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import { CommandIconButton, CommandMenuItem } from "#commands/command-controls.tsx";
import { cx } from "#lib/cx.ts";
import { useStore } from "#lib/store.ts";
import { IconButton } from "#ui/button.tsx";
import { ContextMenu } from "#ui/context-menu.tsx";
import { Icon } from "#ui/icon.tsx";
import { Menu, MenuItem, MenuSeparator } from "#ui/menu.tsx";
import { useDecoration } from "../decorations.ts";
import { readablePath } from "../files/file-address.ts";
import { useIde } from "../ide-context.ts";
import { TabMenu } from "./tab-menu.tsx";
import { folderOf } from "./editor-input.ts";
import { editorKind } from "./editor-kinds.ts";
import type { Group, Tab } from "./editor-state.ts";
import styles from "./editors.module.css";
import { draggedTab, droppedPaths, endTabDrag, hasPaths, startTabDrag } from "./tab-drag.ts";

/** The tabs of a group. One stop for Tab; arrows move between them, Delete closes. Drag puts them in order, or into another group. */
export function TabStrip({ group, focused }: { readonly group: Group; readonly focused: boolean }) {
  const { editors, openFile } = useIde();
  const list = useRef<HTMLDivElement>(null);
  const [dropAt, setDropAt] = useState<number | null>(null);
  const overflows = useOverflow(list, group.tabs.length);
  const names = tabNames(group.tabs);

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [group.active, group.tabs.length, overflows]);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const tabs = [...(list.current?.querySelectorAll<HTMLElement>("[role=tab]") ?? [])];
    const at = tabs.findIndex((tab) => tab === document.activeElement);
    const shown = group.tabs[at];
    if (!shown) return;
    const target = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (target !== undefined) {
      const next = group.tabs[(target + tabs.length) % tabs.length];
      if (next) editors.activate(group.id, next.id, false);
      tabs[(target + tabs.length) % tabs.length]?.focus();
    } else if (event.key === "Enter" || event.key === " ") editors.activate(group.id, shown.id);
    else if (event.key === "Delete") editors.close(group.id, [shown.id]);
    else return;
    event.preventDefault();
  };

  /** Between which tabs the pointer is. */
  const indexAt = (event: DragEvent): number => {
    const tabs = [...(list.current?.querySelectorAll<HTMLElement>("[role=tab]") ?? [])];
    const at = tabs.findIndex((tab) => {
      const box = tab.getBoundingClientRect();
      return event.clientX < box.left + box.width / 2;
    });
    return at < 0 ? tabs.length : at;
  };
  const onDrop = (event: DragEvent) => {
    const place = draggedTab(event);
    const index = indexAt(event);
    const paths = droppedPaths(event);
    setDropAt(null);
    if (!place && paths.length === 0) return;
    event.preventDefault();
    endTabDrag();
    if (place) return editors.move(place, group.id, index);
    editors.enter(group.id);
    for (const path of paths) openFile(path);
  };

  return (
    <div className={styles.tabs}>
      <div
        ref={list}
        className={styles.tabList}
        role="tablist"
        tabIndex={-1}
        aria-label="Open editors"
        onKeyDown={onKeyDown}
        onWheel={(event) => list.current?.scrollBy({ left: event.deltaY + event.deltaX })}
        onDragOver={(event) => {
          if (!draggedTab(event) && !hasPaths(event)) return;
          event.preventDefault();
          setDropAt(indexAt(event));
        }}
        onDragLeave={() => setDropAt(null)}
        onDrop={onDrop}
      >
        {group.tabs.map((tab, index) => (
          <TabItem key={tab.id} tab={tab} group={group} focused={focused} detail={names.get(tab.id) ?? ""} dropBefore={dropAt === index} dropAfter={dropAt === group.tabs.length && index === group.tabs.length - 1} />
        ))}
      </div>
      <div className={styles.tabActions}>
        {overflows ? (
          <Menu label="Open editors" trigger={<IconButton icon="chevron-down" label="All open editors" />}>
            {group.tabs.map((tab) => (
              <MenuItem key={tab.id} icon={editorKind(tab.input).icon(tab.input)} onSelect={() => editors.activate(group.id, tab.id)}>
                {editorKind(tab.input).title(tab.input)}
              </MenuItem>
            ))}
          </Menu>
        ) : null}
        {focused ? (
          <>
            <CommandIconButton command="editor.splitRight" />
            <Menu label="Editor actions" trigger={<IconButton icon="ellipsis" label="More actions" />}>
              <CommandMenuItem command="editor.splitDown" />
              <CommandMenuItem command="editor.moveToNextGroup" />
              <CommandMenuItem command="editor.nextGroup" />
              <MenuSeparator />
              <CommandMenuItem command="file.saveAll" />
              <CommandMenuItem command="editor.closeSaved" />
              <CommandMenuItem command="editor.closeAll" />
              <CommandMenuItem command="editor.reopenClosed" />
            </Menu>
          </>
        ) : null}
      </div>
    </div>
  );
}

interface TabItemProps {
  readonly tab: Tab;
  readonly group: Group;
  readonly focused: boolean;
  readonly detail: string;
  readonly dropBefore: boolean;
  readonly dropAfter: boolean;
}

function TabItem({ tab, group, focused, detail, dropBefore, dropAfter }: TabItemProps) {
  const { editors, documents, decorations } = useIde();
  const kind = editorKind(tab.input);
  const { path } = tab.input;
  const dirty = useStore(documents.dirty).has(path) && kind.holdsText;
  const gone = useDeletedOnDisk(path);
  const decoration = useDecoration(decorations, path);
  const active = tab.id === group.active;
  const title = readablePath(kind.title(tab.input));
  const state = [gone && "deleted on disk", dirty && "unsaved", tab.preview && "preview", decoration?.label.toLowerCase()].filter(Boolean).join(", ");
  const close = (event: MouseEvent) => {
    event.stopPropagation();
    editors.close(group.id, [tab.id]);
  };
  return (
    <ContextMenu label={`Actions for ${title}`} content={<TabMenu group={group} tab={tab} />}>
      <div
        role="tab"
        aria-selected={active}
        aria-controls={active ? `pane-${group.id}` : undefined}
        aria-label={state ? `${title}, ${state}` : title}
        tabIndex={active ? 0 : -1}
        title={readablePath(path)}
        data-first-focus={active ? "" : undefined}
        data-focused={focused || undefined}
        data-tone={decoration?.tone}
        className={cx(styles.tab, tab.preview && styles.previewTab, dirty && styles.dirtyTab, gone && styles.goneTab, dropBefore && styles.dropBefore, dropAfter && styles.dropAfter)}
        draggable
        onDragStart={(event) => startTabDrag(event, { group: group.id, tab: tab.id }, path)}
        onDragEnd={endTabDrag}
        onPointerDown={(event) => {
          if (event.button === 0) editors.activate(group.id, tab.id);
          // Or the middle button scrolls.
          if (event.button === 1) event.preventDefault();
        }}
        onAuxClick={(event) => event.button === 1 && close(event)}
        onDoubleClick={() => editors.keep(group.id, tab.id)}
      >
        <Icon name={kind.icon(tab.input)} className={styles.tabIcon} />
        <span className={styles.tabTitle}>{title}</span>
        {detail ? <span className={styles.tabDetail}>{detail}</span> : null}
        {/* For the mouse alone: Delete closes by keyboard, and a button inside a tab is none to screen readers. */}
        <span className={styles.tabClose} aria-hidden="true" title="Close" onPointerDown={(event) => event.stopPropagation()} onClick={close}>
          <Icon name="close" className={styles.closeIcon} />
          <Icon name="circle-filled" className={styles.dirtyIcon} />
        </span>
      </div>
    </ContextMenu>
  );
}

function useDeletedOnDisk(path: string): boolean {
  const { documents } = useIde();
  return useStore(documents.gone).has(path);
}

/** Tabs of the same name say where they lie. */
function tabNames(tabs: readonly Tab[]): ReadonlyMap<string, string> {
  const title = (tab: Tab) => editorKind(tab.input).title(tab.input);
  return new Map(tabs.filter((tab) => tabs.some((other) => other !== tab && title(other) === title(tab))).map((tab) => [tab.id, folderOf(tab.input.path) || "./"]));
}

function useOverflow(list: React.RefObject<HTMLElement | null>, tabs: number): boolean {
  const [overflows, setOverflows] = useState(false);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    // Also told once at the beginning, when the page has been laid out anyway.
    const observer = new ResizeObserver(() => setOverflows(element.scrollWidth > element.clientWidth + 1));
    observer.observe(element);
    return () => observer.disconnect();
  }, [list, tabs]);
  return overflows;
}
