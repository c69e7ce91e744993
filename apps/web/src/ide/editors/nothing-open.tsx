"use client";

import { useEnabledCommands } from "#commands/registry.tsx";
import { useRegistry } from "#commands/registry.tsx";
import { formatKeys } from "#lib/keys.ts";
import { Kbd } from "#ui/kbd.tsx";
import { Mark } from "#ui/mark.tsx";
import styles from "./editors.module.css";

/** What one does first, in the order of how often. Only what is there. */
const OFFERED = ["files.open", "search.show", "explorer.newFile", "palette.open", "view.toggleSideBar"];

/** A group with nothing in it: what can be done now, and by which keys. */
export function NothingOpen() {
  const registry = useRegistry();
  const commands = useEnabledCommands();
  const offered = OFFERED.flatMap((id) => commands.find((command) => command.id === id) ?? []);
  return (
    <div className={styles.nothing}>
      <div className={styles.watermark} aria-hidden="true">
        <Mark />
      </div>
      <ul className={styles.offers}>
        {offered.map(({ id, title, keys }) => (
          <li key={id}>
            <button type="button" className={styles.offer} onClick={() => registry.run(id)}>
              <span>{title}</span>
              {keys ? <Kbd keys={formatKeys(keys)} /> : null}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
