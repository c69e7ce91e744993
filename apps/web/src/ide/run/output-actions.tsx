"use client";

import { CommandIconButton } from "#commands/command-controls.tsx";

export function OutputActions() {
  return (
    <>
      <CommandIconButton command="output.cancel" />
      <CommandIconButton command="output.each" />
      <CommandIconButton command="output.copy" />
      <CommandIconButton command="output.clear" />
    </>
  );
}
