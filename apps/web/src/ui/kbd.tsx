import styles from "./kbd.module.css";

/** A keybinding as a person reads it: `Ctrl K` in two caps. The parts come already formatted for the platform. */
export function Kbd({ keys }: { readonly keys: readonly string[] }) {
  return (
    <span className={styles.keys}>
      {keys.map((key, index) => (
        <kbd key={`${index}${key}`} className={styles.key}>
          {key}
        </kbd>
      ))}
    </span>
  );
}
