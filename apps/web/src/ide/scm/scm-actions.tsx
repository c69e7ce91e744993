"use client";

import { CommandIconButton } from "#commands/command-controls.tsx";

export function ScmActions() {
  return <CommandIconButton command="scm.refresh" />;
}
