"use client";

import { CommandIconButton } from "#commands/command-controls.tsx";

export function RunActions() {
  return (
    <>
      <CommandIconButton command="run.checkpoint" />
      <CommandIconButton command="run.refresh" />
    </>
  );
}
