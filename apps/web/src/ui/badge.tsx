import type { ReactNode } from "react";
import { cx } from "#lib/cx.ts";
import styles from "./badge.module.css";
import { Icon, type IconName } from "./icon.tsx";

export type Tone = "neutral" | "success" | "warning" | "error" | "info" | "idle";

const TONE_ICONS: Record<Tone, IconName> = { neutral: "circle-outline", success: "pass", warning: "warning", error: "error", info: "info", idle: "circle-slash" };

/** A state: an icon and a word, so that colour is never alone. */
export function Status({ tone, icon, children }: { readonly tone: Tone; readonly icon?: IconName; readonly children: ReactNode }) {
  return (
    <span className={styles.status} data-tone={tone}>
      <Icon name={icon ?? TONE_ICONS[tone]} />
      <span className={styles.text}>{children}</span>
    </span>
  );
}

/** A short word about a thing: its kind, its source. */
export function Badge({ children, className }: { readonly children: ReactNode; readonly className?: string | undefined }) {
  return <span className={cx(styles.badge, className)}>{children}</span>;
}

/** How many there are of what it stands beside. */
export function CountBadge({ children }: { readonly children: ReactNode }) {
  return <span className={styles.count}>{children}</span>;
}
