"use client";

import { Button, type ButtonProps, IconButton } from "#ui/button.tsx";
import type { IconName } from "#ui/icon.tsx";
import { MenuItem } from "#ui/menu.tsx";
import { useCommand, useRegistry } from "./registry.tsx";

interface CommandButtonProps extends Pick<ButtonProps, "variant" | "wide"> {
  readonly command: string;
  /** Where the place makes the title too long: "Invite" on the page of people. */
  readonly title?: string;
}

/** A button for a command. Not there while the command cannot be run. */
export function CommandButton({ command: id, title, ...button }: CommandButtonProps) {
  const registry = useRegistry();
  const command = useCommand(id);
  if (!command) return null;
  return (
    <Button {...button} {...(command.icon ? { icon: command.icon } : {})} onClick={() => registry.run(id)}>
      {title ?? command.title}
    </Button>
  );
}

export function CommandIconButton({ command: id, icon }: { readonly command: string; readonly icon?: IconName }) {
  const registry = useRegistry();
  const command = useCommand(id);
  const shown = icon ?? command?.icon;
  if (!command || !shown) return null;
  return <IconButton icon={shown} label={command.title} keys={command.keys} onClick={() => registry.run(id)} />;
}

export function CommandMenuItem({ command: id }: { readonly command: string }) {
  const registry = useRegistry();
  const command = useCommand(id);
  if (!command) return null;
  return (
    <MenuItem icon={command.icon} keys={command.keys} onSelect={() => registry.run(id)}>
      {command.title}
    </MenuItem>
  );
}
