import { cx } from "#lib/cx.ts";

/** The codicons in use. A test checks that each exists in the font. */
export const ICON_NAMES = [
  "account", "add", "archive", "arrow-down", "arrow-left", "arrow-right", "arrow-up", "bell", "case-sensitive", "check", "check-all", "chevron-down", "chevron-left",
  "chevron-right", "chevron-up", "circle-filled", "circle-large", "circle-outline", "circle-slash", "clippy", "close", "close-all", "cloud-download", "cloud-upload",
  "collapse-all", "color-mode", "comment", "comment-discussion", "copy", "dashboard", "database", "debug-disconnect", "debug-pause", "desktop-download", "device-desktop", "device-mobile", "diff", "diff-multiple", "diff-multiple",
  "discard", "edit", "ellipsis", "error", "export", "eye", "eye-closed", "file", "file-binary", "file-code", "file-media", "file-pdf", "file-submodule",
  "file-symlink-directory", "file-symlink-file", "file-zip", "files", "filter", "folder", "folder-opened", "gear", "git-branch", "globe", "go-to-file", "graph", "history",
  "home", "inbox", "info", "json", "key", "keyboard", "law", "layout-panel", "layout-sidebar-left", "link", "list-flat", "list-tree", "loading", "lock", "mail",
  "markdown", "menu", "new-file", "new-folder", "organization", "output", "package", "pass", "pass-filled", "pencil", "person", "person-add", "play", "plug", "pulse",
  "question", "record-keys", "refresh", "regex", "remote", "rename", "repo", "repo-clone", "save", "save-all", "search", "server", "server-process", "settings",
  "settings-gear", "shield", "sign-in", "sign-out", "source-control", "sparkle", "split-horizontal", "split-vertical", "stop-circle", "symbol-class", "symbol-enum", "symbol-interface", "symbol-method", "symbol-structure", "symbol-variable", "sync", "sync-ignored",
  "tasklist", "terminal", "trash", "unlock", "unverified", "verified", "verified-filled", "versions", "warning", "watch", "whole-word",
] as const;
export type IconName = (typeof ICON_NAMES)[number];

interface IconProps {
  readonly name: IconName;
  /** 16 everywhere but in the activity bar. */
  readonly size?: 16 | 20 | 24;
  /** Only where the icon is the sole carrier of its meaning; beside text it stays silent. */
  readonly label?: string;
  readonly className?: string | undefined;
}

export function Icon({ name, size = 16, label, className }: IconProps) {
  const classes = cx("codicon", `codicon-${name}`, name === "loading" && "codicon-modifier-spin", className);
  const style = size === 16 ? undefined : { fontSize: size };
  return label === undefined ? <span className={classes} style={style} aria-hidden="true" /> : <span className={classes} style={style} role="img" aria-label={label} />;
}
