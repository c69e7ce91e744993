"use client";

import { Command as Cmdk } from "cmdk";
import palette from "#commands/palette.module.css";
import { useStore } from "#lib/store.ts";
import styles from "./quick-open.module.css";
import { QuickInput } from "./quick-input.tsx";
import { openPick } from "./pick-one.ts";

/** Draws the question of {@link pickOne}. Stands once in an open project. */
export function QuickPick() {
  const pick = useStore(openPick);
  if (!pick) return null;
  const finish = (value: string | null) => {
    openPick.set(null);
    pick.done(value);
  };
  return (
    <QuickInput title={pick.title} onClose={() => finish(null)}>
      <Cmdk label={pick.title} loop className={palette.list}>
        <div className={palette.inputRow}>
          <Cmdk.Input className={palette.input} placeholder={pick.title} autoFocus />
        </div>
        <Cmdk.List className={palette.items}>
          <Cmdk.Empty className={palette.empty}>Nothing is called that.</Cmdk.Empty>
          {pick.options.map(({ value, label, detail }) => (
            <Cmdk.Item key={value} className={palette.item} value={`${label} ${value}`} onSelect={() => finish(value)}>
              <span className={palette.name}>{label}</span>
              {detail ? <span className={styles.detail}>{detail}</span> : null}
            </Cmdk.Item>
          ))}
        </Cmdk.List>
      </Cmdk>
    </QuickInput>
  );
}
