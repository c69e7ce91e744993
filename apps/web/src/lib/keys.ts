/**
 * Keybindings are written `mod+k`, `shift+f6` or as two strokes, `g p`. `mod` is Command on a Mac and Control elsewhere.
 */

const NAMES: Record<string, string> = { escape: "Esc", enter: "Enter", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→", space: "Space", delete: "Del", pageup: "PgUp", pagedown: "PgDn" };
const MAC_NAMES: Record<string, string> = { mod: "⌘", ctrl: "⌃", alt: "⌥", shift: "⇧", enter: "↩" };
const OTHER_NAMES: Record<string, string> = { mod: "Ctrl", ctrl: "Ctrl", alt: "Alt", shift: "Shift" };

export function isMac(): boolean {
  return typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent);
}

/** The caps to show for a keybinding on this platform. */
export function formatKeys(keys: string, mac: boolean = isMac()): string[] {
  const platform = mac ? MAC_NAMES : OTHER_NAMES;
  return keys.split(" ").flatMap((stroke) => stroke.split("+").map((key) => platform[key] ?? NAMES[key] ?? (key.length === 1 || /^f\d+$/.test(key) ? key.toUpperCase() : key)));
}

/** The same as one line for screen readers and menus: `Ctrl+K`. */
export function spellKeys(keys: string, mac: boolean = isMac()): string {
  return keys.split(" ").map((stroke) => formatKeys(stroke, mac).join(mac ? "" : "+")).join(" then ");
}

type Stroke = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"> & { readonly code?: string };

/** The written form of a key event, comparable with a binding's stroke. Empty for a modifier alone. */
export function strokeOf(event: Stroke, mac: boolean = isMac()): string {
  // Option makes another character of a letter on a Mac.
  const letter = mac && event.altKey ? /^(?:Key|Digit)(\w)$/.exec(event.code ?? "")?.[1] : undefined;
  const key = (letter ?? (event.key === " " ? "space" : event.key)).toLowerCase();
  if (["control", "shift", "alt", "meta", "altgraph"].includes(key)) return "";
  const mod = mac ? event.metaKey : event.ctrlKey;
  const parts = [mod && "mod", mac && event.ctrlKey && "ctrl", event.altKey && "alt", event.shiftKey && key.length > 1 && "shift", event.shiftKey && key.length === 1 && /[a-z0-9]/.test(key) && "shift", key];
  return parts.filter(Boolean).join("+");
}
