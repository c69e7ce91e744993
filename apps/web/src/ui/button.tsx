"use client";

import type { ComponentProps, ReactNode } from "react";
import { cx } from "#lib/cx.ts";
import styles from "./button.module.css";
import { Icon, type IconName } from "./icon.tsx";
import { Tooltip } from "./tooltip.tsx";

export interface ButtonProps extends Omit<ComponentProps<"button">, "children"> {
  /** One primary per view. `quiet` has no surface until it is pointed at; `danger` stands before what cannot be undone. */
  readonly variant?: "primary" | "secondary" | "quiet" | "danger";
  readonly icon?: IconName;
  /** The work is under way: the button keeps its place and width and takes no second press. */
  readonly pending?: boolean;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function Button({ variant = "secondary", icon, pending = false, wide = false, className, children, onClick, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={cx(styles.button, styles[variant], wide && styles.wide, className)}
      aria-disabled={pending || undefined}
      aria-busy={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : onClick}
    >
      {pending ? <Icon name="loading" /> : icon ? <Icon name={icon} /> : null}
      <span className={styles.label}>{children}</span>
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<"button">, "children" | "aria-label"> {
  readonly icon: IconName;
  /** What it does; read aloud and shown on hover. */
  readonly label: string;
  readonly keys?: string | undefined;
}

export function IconButton({ icon, label, keys, className, type = "button", ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} keys={keys}>
      <button {...rest} type={type} aria-label={label} className={cx(styles.iconButton, className)}>
        <Icon name={icon} />
      </button>
    </Tooltip>
  );
}
