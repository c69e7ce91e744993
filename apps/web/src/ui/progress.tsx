import { cx } from "#lib/cx.ts";
import styles from "./progress.module.css";

interface ProgressProps {
  /** Of what it is. */
  readonly label: string;
  readonly done: number;
  /** Null or 0 while nobody knows: then it moves without saying how far it is. */
  readonly total: number | null;
  /** What is read aloud in place of the percentage. */
  readonly text?: string;
  readonly className?: string | undefined;
}

/** How far something is, as a bar. The figures stand beside it. */
export function Progress({ label, done, total, text, className }: ProgressProps) {
  const share = total === null || total <= 0 ? null : Math.min(1, Math.max(0, done / total));
  const told = share === null ? {} : { "aria-valuenow": Math.floor(share * 100), ...(text === undefined ? {} : { "aria-valuetext": text }) };
  return (
    <span className={cx(styles.track, className)} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} data-unknown={share === null || undefined} {...told}>
      <span className={styles.done} style={share === null ? undefined : { transform: `scaleX(${share})` }} />
    </span>
  );
}
