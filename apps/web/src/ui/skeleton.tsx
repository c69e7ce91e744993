import { cx } from "#lib/cx.ts";
import styles from "./skeleton.module.css";

/** The shape of one piece of text or control that is still on its way. */
export function Skeleton({ width, height = 12, className }: { readonly width: number | string; readonly height?: number; readonly className?: string | undefined }) {
  return <span className={cx(styles.bone, className)} style={{ width, height }} aria-hidden="true" />;
}

/** Says that something is loading, once, to those who cannot see the shapes. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <span role="status" className="visually-hidden">
      Loading {what}
    </span>
  );
}
