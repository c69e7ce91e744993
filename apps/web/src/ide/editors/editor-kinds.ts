import { type Later, later } from "#lib/later.ts";
import type { IconName } from "#ui/icon.tsx";
import { fileIcon } from "../explorer/file-icon.ts";
import { baseName, type EditorInput, type EditorKind } from "./editor-input.ts";

export interface EditorPaneProps<Input extends EditorInput> {
  readonly input: Input;
  readonly group: number;
  readonly tab: string;
}

/** How one kind of editor shows itself. */
export interface EditorKindEntry<Input extends EditorInput> {
  readonly icon: (input: Input) => IconName;
  /** On its tab. */
  readonly title: (input: Input) => string;
  /** What stands in the group while its tab is shown. */
  readonly component: Later<EditorPaneProps<Input>>;
  /** Whether closing its last tab would lose unsaved text of its path. */
  readonly holdsText: boolean;
}

type InputOf<Kind extends EditorKind> = Extract<EditorInput, { readonly kind: Kind }>;

export const EDITOR_KINDS: { readonly [Kind in EditorKind]: EditorKindEntry<InputOf<Kind>> } = {
  file: {
    icon: ({ path }) => fileIcon(path),
    title: ({ path }) => baseName(path),
    component: later(async () => (await import("../text/file-pane.tsx")).FilePane),
    holdsText: true,
  },
  "disk-diff": {
    icon: () => "diff",
    title: ({ path }) => `${baseName(path)} (compare)`,
    component: later(async () => (await import("../text/disk-diff-pane.tsx")).DiskDiffPane),
    holdsText: false,
  },
  "git-staged": {
    icon: () => "diff",
    title: ({ path }) => `${baseName(path)} (staged)`,
    component: later(async () => (await import("../scm/git-diff-pane.tsx")).GitDiffPane),
    holdsText: false,
  },
  "git-unstaged": {
    icon: () => "diff",
    title: ({ path }) => `${baseName(path)} (changes)`,
    component: later(async () => (await import("../scm/git-diff-pane.tsx")).GitDiffPane),
    holdsText: false,
  },
  "change-set": {
    icon: () => "diff-multiple",
    title: ({ title }) => title,
    component: later(async () => (await import("../changes/review-pane.tsx")).ReviewPane),
    holdsText: false,
  },
  generate: {
    icon: () => "sparkle",
    title: () => "Generate code",
    component: later(async () => (await import("../generate/generate-pane.tsx")).GeneratePane),
    holdsText: false,
  },
};

/** The entry of an input's kind, typed for whatever kind it is. */
export function editorKind(input: EditorInput): EditorKindEntry<EditorInput> {
  // Each entry takes the inputs of its own kind, and is only ever given those.
  return EDITOR_KINDS[input.kind] as EditorKindEntry<EditorInput>;
}
