"use client";

import { Command as Cmdk } from "cmdk";
import { Dialog } from "radix-ui";
import { useRef, useState } from "react";
import { formatKeys } from "#lib/keys.ts";
import { Store, useStore } from "#lib/store.ts";
import { Icon } from "#ui/icon.tsx";
import { Kbd } from "#ui/kbd.tsx";
import { useReturnFocus } from "#ui/use-return-focus.ts";
import type { Command } from "./command.ts";
import styles from "./palette.module.css";
import { useCommands, useEnabledCommands, useRegistry } from "./registry.tsx";

/** What is typed into the palette when it opens; null while it is closed. */
const opened = new Store<string | null>(null);

/** Opens the palette with something typed already. */
export function openPalette(text: string = ""): void {
  opened.set(text);
}

/** The command palette: every command that can be run now, the recently used ones first. */
export function Palette() {
  const text = useStore(opened);
  const open = text !== null;
  const setOpen = (next: boolean) => opened.set(next ? "" : null);
  const returnFocus = useReturnFocus(open);
  const registry = useRegistry();
  const chosen = useRef<Command | null>(null);
  // Not before the palette is gone and has given the focus back: what the command opens can take it.
  const runChosen = (event: Event) => {
    returnFocus(event);
    const command = chosen.current;
    chosen.current = null;
    if (command) registry.run(command.id);
  };
  useCommands([{ id: "palette.open", title: "Show all commands", category: "Help", icon: "search", keys: "mod+k", otherKeys: ["f1", "mod+shift+p"], run: () => openPalette() }]);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.overlay} />
        <Dialog.Content className={styles.palette} aria-describedby={undefined} onCloseAutoFocus={runChosen}>
          <Dialog.Title className="visually-hidden">Commands</Dialog.Title>
          <CommandList
            text={text ?? ""}
            onChoose={(command) => {
              chosen.current = command;
              setOpen(false);
            }}
          />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function CommandList({ text, onChoose }: { readonly text: string; readonly onChoose: (command: Command) => void }) {
  const registry = useRegistry();
  const [typed, setTyped] = useState(text);
  const all = useEnabledCommands().filter(({ id }) => !id.startsWith("palette."));
  const [recentIds] = useState(() => registry.recent());
  const recent = recentIds.flatMap((id) => all.find((command) => command.id === id) ?? []);
  const rest = all.filter((command) => !recent.includes(command)).sort((a, b) => name(a).localeCompare(name(b)));
  return (
    <Cmdk label="Commands" loop className={styles.list}>
      <div className={styles.inputRow}>
        <Icon name="search" />
        <Cmdk.Input className={styles.input} placeholder="Run a command" autoFocus value={typed} onValueChange={setTyped} />
      </div>
      <Cmdk.List className={styles.items}>
        <Cmdk.Empty className={styles.empty}>No command is called that.</Cmdk.Empty>
        {recent.length > 0 ? (
          <Cmdk.Group heading="Recently used">
            {recent.map((command) => (
              <Item key={command.id} command={command} onRun={onChoose} />
            ))}
          </Cmdk.Group>
        ) : null}
        <Cmdk.Group heading={recent.length > 0 ? "All commands" : "Commands"}>
          {rest.map((command) => (
            <Item key={command.id} command={command} onRun={onChoose} />
          ))}
        </Cmdk.Group>
      </Cmdk.List>
    </Cmdk>
  );
}

function name(command: Command): string {
  return `${command.category}: ${command.title}`;
}

function Item({ command, onRun }: { readonly command: Command; readonly onRun: (command: Command) => void }) {
  return (
    <Cmdk.Item className={styles.item} value={`${name(command)} ${command.id}`} onSelect={() => onRun(command)}>
      <span className={styles.icon}>{command.icon ? <Icon name={command.icon} /> : null}</span>
      <span className={styles.name}>{name(command)}</span>
      {command.keys ? <Kbd keys={formatKeys(command.keys)} /> : null}
    </Cmdk.Item>
  );
}
