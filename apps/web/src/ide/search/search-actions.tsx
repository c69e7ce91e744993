"use client";

import { CommandIconButton } from "#commands/command-controls.tsx";

export function SearchActions() {
  return (
    <>
      <CommandIconButton command="search.stop" />
      <CommandIconButton command="search.again" />
      <CommandIconButton command="search.collapse" />
      <CommandIconButton command="search.clear" />
    </>
  );
}
