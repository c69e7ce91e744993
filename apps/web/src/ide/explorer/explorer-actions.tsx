"use client";

import { CommandIconButton, CommandMenuItem } from "#commands/command-controls.tsx";
import { IconButton } from "#ui/button.tsx";
import { Menu } from "#ui/menu.tsx";

export function ExplorerActions() {
  return (
    <>
      <CommandIconButton command="explorer.newFile" />
      <CommandIconButton command="explorer.newFolder" />
      <CommandIconButton command="explorer.collapseAll" />
      <Menu label="More actions of the explorer" trigger={<IconButton icon="ellipsis" label="More actions of the explorer" />}>
        <CommandMenuItem command="explorer.upload" />
        <CommandMenuItem command="explorer.restore" />
        <CommandMenuItem command="explorer.refresh" />
        <CommandMenuItem command="explorer.revealActive" />
        <CommandMenuItem command="explorer.toggleExcluded" />
      </Menu>
    </>
  );
}
