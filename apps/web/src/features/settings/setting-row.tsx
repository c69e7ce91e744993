"use client";

import type { Setting } from "./types.ts";
import { useEffect, useRef } from "react";
import { useSession } from "#features/session/session.tsx";
import { cx } from "#lib/cx.ts";
import { Badge } from "#ui/badge.tsx";
import { IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { plainValue, WithCode } from "#ui/json.tsx";
import { Middle } from "#ui/values.tsx";
import { SettingEditor } from "./setting-editor.tsx";
import styles from "./settings.module.css";
import { SourceBadge, whereText } from "./sources.tsx";
import { settingTitle } from "./value-schema.ts";

interface SettingRowProps {
  readonly setting: Setting;
  readonly open: boolean;
  readonly onOpen: () => void;
}

export function SettingRow({ setting, open, onOpen }: SettingRowProps) {
  const { may } = useSession();
  const { path, name } = settingTitle(setting.key);
  const [hidden] = setting.hides;
  const outranked = setting.source === "environment" || setting.source === "file";
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    if (open) row.current?.scrollIntoView({ block: "nearest" });
  }, [open]);
  return (
    <article ref={row} className={cx(styles.setting, setting.source !== "default" && styles.changed, open && styles.open)} data-key={setting.key} aria-label={setting.key}>
      <div className={styles.about}>
        <h3 className={styles.settingTitle}>
          {path ? <span className={styles.path}>{path} › </span> : null}
          {name}
        </h3>
        <p className={styles.description}>
          <WithCode text={`${setting.description}.`} />
        </p>
        <div className={styles.origin}>
          <SourceBadge origin={setting} />
          {setting.source !== "default" && hidden ? (
            <span className={styles.hides}>
              hides {hidden.source === "default" ? "the default" : whereText(hidden)} <code>{setting.secret ? "not shown" : plainValue(hidden.value)}</code>
            </span>
          ) : null}
          {setting.pending ? <Badge>{`next start: ${setting.secret ? "not shown" : plainValue(setting.pending.value)}`}</Badge> : setting.restart ? <Badge>needs a restart</Badge> : null}
        </div>
      </div>
      <div className={styles.control}>
        {setting.settable && !outranked && may("configuration-service.setting.write") ? (
          <SettingEditor key={`${setting.version} ${JSON.stringify(setting.value)}`} setting={setting} />
        ) : (
          <div className={styles.fixed}>
            <span className={styles.value}>
              <Middle text={setting.secret ? (setting.value === null ? "not set" : "set, not shown") : plainValue(setting.value)} />
            </span>
            <span className={styles.lock}>
              <Icon name="lock" />
              <span>{outranked ? `${whereText(setting)} outranks what is set here` : `Set ${setting.environment} and start again`}</span>
            </span>
          </div>
        )}
      </div>
      <IconButton icon="history" label={`Where ${setting.key} comes from, and its history`} data-details="" onClick={onOpen} />
    </article>
  );
}
