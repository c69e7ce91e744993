"use client";

import { useEffect } from "react";
import { strokeOf } from "#lib/keys.ts";
import { readLocal } from "#lib/storage.ts";
import type { Command } from "./command.ts";
import { useRegistry } from "./registry.tsx";

const SECOND_STROKE_MS = 1200;

/** Whether shortcuts without a modifier, like `g p`, are on. They can be turned off for those who dictate or touch keys by accident. */
export const PLAIN_KEYS_SETTING = "keys:plain";
export function plainKeysEnabled(): boolean {
  return readLocal(PLAIN_KEYS_SETTING) !== false;
}

/** Whether a letter would be written where the focus is: also into an editor, which takes text without being a field. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName) || target.role === "textbox" || target.closest(".monaco-editor") !== null);
}

function isWithinScope(target: EventTarget | null, scope: string): boolean {
  return target instanceof Element && target.closest(`[data-scope="${scope}"]`) !== null;
}

function keysOf({ keys, otherKeys = [] }: Command): readonly string[] {
  return keys === undefined ? otherKeys : [keys, ...otherKeys];
}

/** What is offered by the place that has the focus goes first. */
function commandFor(commands: readonly Command[], keys: string): Command | undefined {
  const matching = commands.filter((candidate) => keysOf(candidate).includes(keys));
  return matching.find(({ scope }) => scope !== undefined) ?? matching[0];
}

/** Runs commands by their keybindings. Stands once in the application. */
export function CommandKeyboard() {
  const registry = useRegistry();
  useEffect(() => {
    let first: { readonly stroke: string; readonly at: number } | null = null;
    const onKeyDown = (event: KeyboardEvent) => {
      const stroke = strokeOf(event);
      if (stroke === "" || event.defaultPrevented || event.isComposing) return;
      const plain = !/^(mod|ctrl|alt)\+|^(shift\+)?f\d+$/.test(stroke);
      if (plain && isTyping(event.target)) return;
      const keys = first !== null && event.timeStamp - first.at < SECOND_STROKE_MS ? `${first.stroke} ${stroke}` : stroke;
      first = null;
      // Plain keys of a place that has the focus, like Delete in a tree, are always on.
      const everywhere = !plain || plainKeysEnabled();
      const commands = registry.enabled().filter(({ scope }) => (scope === undefined ? everywhere : isWithinScope(event.target, scope)));
      const command = commandFor(commands, keys) ?? commandFor(commands, stroke);
      if (command) {
        event.preventDefault();
        registry.run(command.id);
      } else if (commands.some((candidate) => keysOf(candidate).some((each) => each.startsWith(`${stroke} `)))) {
        first = { stroke, at: event.timeStamp };
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [registry]);
  return null;
}
