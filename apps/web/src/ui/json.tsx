import { cx } from "#lib/cx.ts";
import styles from "./json.module.css";

/** A value as a person reads it in one line: text bare, nothing as "none", everything else as JSON. */
export function plainValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A sentence in which parts between backticks are code. */
export function WithCode({ text }: { readonly text: string }) {
  return text.split("`").map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>));
}

/** What changed, field by field: before in the colour of removed lines, after in that of added ones, each with its sign. */
export function ChangeList({ changes }: { readonly changes: Readonly<Record<string, { readonly from?: unknown; readonly to?: unknown }>> }) {
  return (
    <dl className={styles.changes}>
      {Object.entries(changes).map(([field, { from, to }]) => (
        <div key={field} className={styles.change}>
          <dt>{field}</dt>
          <dd className={cx(styles.side, styles.before)}>
            <span aria-hidden="true">−</span>
            <span className="visually-hidden">before: </span>
            <span>{plainValue(from)}</span>
          </dd>
          <dd className={cx(styles.side, styles.after)}>
            <span aria-hidden="true">+</span>
            <span className="visually-hidden">after: </span>
            <span>{plainValue(to)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** JSON as it is, for what no view of its own exists. */
export function JsonBlock({ value, label }: { readonly value: unknown; readonly label: string }) {
  return (
    <pre className={styles.block} tabIndex={0} role="group" aria-label={label}>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}
