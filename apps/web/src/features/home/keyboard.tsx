"use client";

import { useEnabledCommands } from "#commands/registry.tsx";
import { formatKeys } from "#lib/keys.ts";
import { Kbd } from "#ui/kbd.tsx";
import styles from "./home.module.css";

/** The keys worth knowing, read from the commands themselves. */
export function Keyboard() {
  const commands = useEnabledCommands().filter(({ keys, id }) => keys !== undefined && id !== "view.previousRegion");
  return (
    <section aria-labelledby="keyboard" className={styles.keyboard}>
      <h3 id="keyboard" className={styles.heading}>
        By keyboard
      </h3>
      <dl className={styles.keys}>
        {commands.map(({ id, title, category, keys }) => (
          <div key={id} className={styles.key}>
            <dt>{category === "Go to" ? `Go to ${title}` : title}</dt>
            <dd>
              <Kbd keys={formatKeys(keys ?? "")} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
