"use client";

import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { readLocal, writeLocal } from "#lib/storage.ts";
import type { Command, CommandContext } from "./command.ts";

const MAX_RECENT = 8;

/** All commands there are at the moment. Pages, and the parts of an open project, add theirs while they are there. */
export class CommandRegistry {
  readonly #commands = new Map<string, Command>();
  readonly #listeners = new Set<() => void>();
  #list: readonly Command[] = [];
  #context: CommandContext = { signedIn: false, path: "/", may: () => false };

  setContext(context: CommandContext): void {
    this.#context = context;
    this.#changed();
  }

  add(commands: readonly Command[]): () => void {
    for (const command of commands) this.#commands.set(command.id, command);
    this.#changed();
    return () => {
      for (const command of commands) if (this.#commands.get(command.id) === command) this.#commands.delete(command.id);
      this.#changed();
    };
  }

  /** Those that can be run now. */
  readonly enabled = (): readonly Command[] => this.#list;

  get(id: string): Command | undefined {
    return this.#list.find((command) => command.id === id);
  }

  /** False when there is no such command at the moment. */
  run(id: string): boolean {
    const command = this.get(id);
    if (!command) return false;
    writeLocal("commands:recent", [id, ...this.recent().filter((other) => other !== id)].slice(0, MAX_RECENT));
    command.run();
    return true;
  }

  recent(): string[] {
    const kept = readLocal("commands:recent");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #changed(): void {
    this.#list = [...this.#commands.values()].filter((command) => command.enabled !== false && (command.when?.(this.#context) ?? true));
    for (const listener of this.#listeners) listener();
  }
}

const RegistryContext = createContext<CommandRegistry | null>(null);

export function CommandProvider({ children }: { readonly children: ReactNode }) {
  const [registry] = useState(() => new CommandRegistry());
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

export function useRegistry(): CommandRegistry {
  const registry = useContext(RegistryContext);
  if (!registry) throw new Error("Commands need a CommandProvider around them");
  return registry;
}

/** Offers commands while the component is shown. What they run may change with every render; what they are called may not. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useRegistry();
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  const shape = JSON.stringify(commands.map(({ id, title, category, icon, keys, otherKeys, scope, enabled }) => [id, title, category, icon, keys, otherKeys, scope, enabled]));
  useEffect(() => {
    const stable = latest.current.map((command) => {
      const now = () => latest.current.find(({ id }) => id === command.id) ?? command;
      return { ...command, run: () => now().run(), when: (context: CommandContext) => now().when?.(context) ?? true };
    });
    return registry.add(stable);
  }, [registry, shape]);
}

const NONE: readonly Command[] = [];

export function useEnabledCommands(): readonly Command[] {
  const registry = useRegistry();
  return useSyncExternalStore(registry.subscribe, registry.enabled, () => NONE);
}

/** A command to refer to; undefined while it cannot be run. */
export function useCommand(id: string): Command | undefined {
  const commands = useEnabledCommands();
  return useMemo(() => commands.find((command) => command.id === id), [commands, id]);
}
