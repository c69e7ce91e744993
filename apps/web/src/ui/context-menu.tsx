"use client";

import { ContextMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { cx } from "#lib/cx.ts";
import { spellKeys } from "#lib/keys.ts";
import { Icon } from "./icon.tsx";
import styles from "./menu.module.css";
import type { MenuItemProps } from "./menu.tsx";

interface ContextMenuProps {
  readonly label: string;
  /** Drawn when it opens. */
  readonly content: ReactNode;
  readonly onOpenChange?: (open: boolean) => void;
  /** Where the focus goes when it closes, if not back to where it was. */
  readonly onCloseFocus?: (event: Event) => void;
  /** What it is the menu of. */
  readonly children: ReactElement;
}

/** The menu of the right mouse button, of the menu key, and of a long touch. */
export function ContextMenu({ label, content, onOpenChange, onCloseFocus, children }: ContextMenuProps) {
  return (
    <Radix.Root modal={false} {...(onOpenChange ? { onOpenChange } : {})}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={cx(styles.menu, styles.contextMenu)} aria-label={label} collisionPadding={8} loop {...(onCloseFocus ? { onCloseAutoFocus: onCloseFocus } : {})}>
          {content}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function ContextMenuItem({ icon, keys, disabled = false, danger = false, onSelect, children }: MenuItemProps) {
  return (
    <Radix.Item className={cx(styles.item, danger && styles.danger)} disabled={disabled} onSelect={onSelect}>
      <span className={styles.icon}>{icon ? <Icon name={icon} /> : null}</span>
      <span className={styles.text}>{children}</span>
      {keys ? <span className={styles.keys}>{spellKeys(keys)}</span> : null}
    </Radix.Item>
  );
}

export function ContextMenuSeparator() {
  return <Radix.Separator className={styles.separator} />;
}
