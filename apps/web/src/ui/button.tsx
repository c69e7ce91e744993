"use client";

import { type ComponentProps, type ReactNode, useId } from "react";
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
  /** Why it cannot be pressed now. It can still be reached, so that the reason is read aloud and its tooltip shows. */
  readonly unavailable?: string | undefined;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function Button({ variant = "secondary", icon, pending = false, unavailable, wide = false, className, children, onClick, type = "button", ...rest }: ButtonProps) {
  const held = pending || unavailable !== undefined;
  const reasonId = useId();
  return (
    <>
      <button
        {...rest}
        {...(unavailable === undefined ? {} : { "aria-describedby": reasonId })}
        type={type}
        className={cx(styles.button, styles[variant], wide && styles.wide, className)}
        aria-disabled={held || undefined}
        aria-busy={pending || undefined}
        onClick={held ? (event) => event.preventDefault() : onClick}
      >
        {pending ? <Icon name="loading" /> : icon ? <Icon name={icon} /> : null}
        <span className={styles.label}>{children}</span>
      </button>
      {unavailable === undefined ? null : (
        <span id={reasonId} hidden>
          {unavailable}
        </span>
      )}
    </>
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
