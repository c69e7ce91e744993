"use client";

import { useCommand, useRegistry } from "#commands/registry.tsx";
import { ContextMenuItem, ContextMenuSeparator } from "#ui/context-menu.tsx";
import { useStore } from "#lib/store.ts";
import { useIdeSession } from "../ide-context.ts";

const GROUPS: readonly (readonly string[])[] = [
  ["explorer.openBeside", "explorer.searchInFolder"],
  ["explorer.newFile", "explorer.newFolder", "explorer.upload"],
  ["explorer.cut", "explorer.copy", "explorer.paste", "explorer.copyPath", "explorer.download"],
  ["explorer.rename", "explorer.delete"],
  ["generate.open"],
];

/** What can be done with what is chosen, or, where nothing is, in the project itself. */
export function ExplorerMenu() {
  const { explorer } = useIdeSession();
  const { active } = useStore(explorer);
  const groups = active === null ? [["explorer.newFile", "explorer.newFolder", "explorer.upload"], ["explorer.paste"], ["explorer.collapseAll", "explorer.refresh"], ["generate.open"]] : GROUPS;
  return groups.map((commands, index) => (
    <div key={commands.join()} role="presentation">
      {index > 0 ? <ContextMenuSeparator /> : null}
      {commands.map((id) => (
        <Item key={id} command={id} />
      ))}
    </div>
  ));
}

function Item({ command: id }: { readonly command: string }) {
  const registry = useRegistry();
  const command = useCommand(id);
  if (!command) return null;
  return (
    <ContextMenuItem icon={command.icon} keys={command.keys} danger={id === "explorer.delete"} onSelect={() => registry.run(id)}>
      {command.title}
    </ContextMenuItem>
  );
}
