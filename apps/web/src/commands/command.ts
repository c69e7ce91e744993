import type { IconName } from "#ui/icon.tsx";

/** What a command's `when` can ask. */
export interface CommandContext {
  readonly signedIn: boolean;
  readonly path: string;
  /** Whether the person holds a permission in the organization they act in. */
  may(permission: string): boolean;
}

/**
 * Something a person can do. Menus, buttons and the palette only refer to commands, so each action has one name, one
 * keybinding and one place that does it.
 */
export interface Command {
  /** `area.verb`, stable: keybindings and recent commands are kept by it. */
  readonly id: string;
  /** Sentence case, what it does: "Invite somebody". */
  readonly title: string;
  /** Shown before the title in the palette. */
  readonly category: string;
  readonly icon?: IconName;
  /** See `formatKeys`. A second stroke is separated by a space. */
  readonly keys?: string;
  /** Further keybindings that do the same, not shown: those a browser may keep to itself, or an old habit. */
  readonly otherKeys?: readonly string[];
  /** The keys work only while focus is in an element with this `data-scope`; there they go before all others. */
  readonly scope?: string;
  /** Whether the view that offers it can carry it out now; `when` asks about the person and the place. */
  readonly enabled?: boolean;
  readonly when?: (context: CommandContext) => boolean;
  readonly run: () => void;
}
