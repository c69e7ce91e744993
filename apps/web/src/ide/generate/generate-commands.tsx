"use client";

import { useCommands } from "#commands/registry.tsx";
import { useIde } from "../ide-context.ts";

/** How code generation is reached: from the palette, the explorer and where changes are reviewed. Draws nothing. */
export function GenerateCommands() {
  const { open } = useIde();
  useCommands([
    { id: "generate.open", title: "Generate code…", category: "Generate", icon: "sparkle", keys: "mod+alt+g", when: ({ may }) => may("code-generation.run.start"), run: () => open({ kind: "generate", path: "" }) },
  ]);
  return null;
}
