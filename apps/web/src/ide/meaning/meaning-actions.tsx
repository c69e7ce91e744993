"use client";

import { CommandIconButton } from "#commands/command-controls.tsx";

export function MeaningActions() {
  return (
    <>
      <CommandIconButton command="meaning.cancel" />
      <CommandIconButton command="meaning.index" />
      <CommandIconButton command="meaning.remove" />
    </>
  );
}
