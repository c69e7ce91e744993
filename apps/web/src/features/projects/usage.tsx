"use client";

import { bytes } from "#lib/size.ts";
import { count } from "#lib/time.ts";
import { Icon } from "#ui/icon.tsx";
import { Tooltip } from "#ui/tooltip.tsx";
import styles from "./projects.module.css";
import { useUsage } from "./use-projects.ts";

const NEARLY = 0.9;

/** How much of the organization's room its projects take; a warning where little is left. */
export function Usage() {
  const { data } = useUsage();
  if (!data) return null;
  const parts = [
    { name: "projects", text: `${count(data.projects.used)} of ${count(data.projects.limit)}`, share: data.projects.used / Math.max(1, data.projects.limit) },
    { name: "files", text: `${count(data.files.used)} of ${count(data.files.limit)}`, share: data.files.used / Math.max(1, data.files.limit) },
    { name: "space", text: `${bytes(data.bytes.used)} of ${bytes(data.bytes.limit)}`, share: data.bytes.used / Math.max(1, data.bytes.limit) },
  ];
  const tight = parts.filter(({ share }) => share >= NEARLY);
  return (
    <Tooltip
      text={
        <span className={styles.usageList}>
          {parts.map(({ name, text }) => (
            <span key={name}>
              {name}: {text}
            </span>
          ))}
          <span>What is in the trash counts too.</span>
        </span>
      }
    >
      <button type="button" className={styles.usage} data-tight={tight.length > 0 || undefined}>
        {tight.length > 0 ? <Icon name="warning" /> : null}
        {tight.length > 0 ? `Nearly full: ${tight.map(({ name, text }) => `${text} ${name === "space" ? "" : name}`.trim()).join(", ")}` : `${bytes(data.bytes.used)} of ${bytes(data.bytes.limit)} used`}
      </button>
    </Tooltip>
  );
}
