"use client";

import { copyText } from "#lib/clipboard.ts";
import { ContextMenuItem, ContextMenuSeparator } from "#ui/context-menu.tsx";
import { useIde } from "../ide-context.ts";
import type { Group, Tab } from "./editor-state.ts";

/** What can be done with one tab. */
export function TabMenu({ group, tab }: { readonly group: Group; readonly tab: Tab }) {
  const { editors, documents, revealInExplorer } = useIde();
  const at = group.tabs.indexOf(tab);
  const others = group.tabs.filter((other) => other !== tab);
  const toTheRight = group.tabs.slice(at + 1);
  const saved = group.tabs.filter(({ input }) => !documents.isDirty(input.path));
  const close = (tabs: readonly Tab[]) => editors.close(group.id, tabs.map(({ id }) => id));
  return (
    <>
      <ContextMenuItem icon="close" keys="alt+w" onSelect={() => close([tab])}>
        Close
      </ContextMenuItem>
      <ContextMenuItem disabled={others.length === 0} onSelect={() => close(others)}>
        Close others
      </ContextMenuItem>
      <ContextMenuItem disabled={toTheRight.length === 0} onSelect={() => close(toTheRight)}>
        Close to the right
      </ContextMenuItem>
      <ContextMenuItem disabled={saved.length === 0} onSelect={() => close(saved)}>
        Close saved
      </ContextMenuItem>
      <ContextMenuItem icon="close-all" onSelect={() => close(group.tabs)}>
        Close all
      </ContextMenuItem>
      <ContextMenuSeparator />
      <ContextMenuItem disabled={!tab.preview} onSelect={() => editors.keep(group.id, tab.id)}>
        Keep open
      </ContextMenuItem>
      <ContextMenuItem
        icon="split-horizontal"
        onSelect={() => {
          editors.activate(group.id, tab.id);
          editors.split("right");
        }}
      >
        Split right
      </ContextMenuItem>
      <ContextMenuItem
        icon="split-vertical"
        onSelect={() => {
          editors.activate(group.id, tab.id);
          editors.split("down");
        }}
      >
        Split down
      </ContextMenuItem>
      <ContextMenuSeparator />
      <ContextMenuItem icon="copy" onSelect={() => void copyText(tab.input.path)}>
        Copy path
      </ContextMenuItem>
      <ContextMenuItem icon="list-tree" onSelect={() => revealInExplorer(tab.input.path)}>
        Show in the explorer
      </ContextMenuItem>
    </>
  );
}
