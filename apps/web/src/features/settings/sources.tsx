import type { Setting, SettingOrigin } from "./types.ts";
import { Badge } from "#ui/badge.tsx";
import styles from "./settings.module.css";
import { Icon, type IconName } from "#ui/icon.tsx";

const SOURCES: Record<Setting["source"], { readonly icon: IconName; readonly text: string; readonly where: (where: string) => string }> = {
  environment: { icon: "terminal", text: "Environment", where: (where) => where },
  file: { icon: "edit", text: "File", where: (where) => where },
  database: { icon: "database", text: "Set here", where: () => "kept in the database" },
  default: { icon: "circle-outline", text: "Default", where: (where) => where },
};

/** Which tier a value is from, as an icon and words. */
export function SourceBadge({ origin }: { readonly origin: Pick<SettingOrigin, "source" | "where"> }) {
  const { icon, text } = SOURCES[origin.source];
  if (origin.source === "default") return <span className={styles.hides}>default</span>;
  return (
    <Badge>
      <Icon name={icon} />
      {origin.source === "environment" ? origin.where : origin.source === "file" ? shortFile(origin.where) : text}
    </Badge>
  );
}

/** Where exactly: the variable, the file and line, the database, the shipped file. */
export function whereText({ source, where }: Pick<SettingOrigin, "source" | "where">): string {
  return `${SOURCES[source].text}: ${SOURCES[source].where(where)}`;
}

function shortFile(where: string): string {
  return where.split("/").at(-1) ?? where;
}
