"use client";

import { type ConnectionState, useConnection } from "#api/connection.ts";
import { JobsStatus } from "#features/own-jobs/jobs-status.tsx";
import { useSession } from "#features/session/session.tsx";
import { ROLE_NAMES } from "#features/people/roles.ts";
import { cx } from "#lib/cx.ts";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Middle } from "#ui/values.tsx";
import styles from "./shell.module.css";
import { Slot } from "./slots.tsx";

const CONNECTION: Record<ConnectionState, { readonly icon: IconName; readonly text: string }> = {
  connected: { icon: "pass", text: "Connected" },
  unreachable: { icon: "sync", text: "Reconnecting" },
  offline: { icon: "debug-disconnect", text: "Offline" },
};

export function StatusBar({ version }: { readonly version: string }) {
  const { organization } = useSession();
  const connection = useConnection();
  const { icon, text } = CONNECTION[connection];
  return (
    <footer className={styles.statusBar} data-region="status" aria-label="Status">
      <div className={styles.statusGroup}>
        <span className={cx(styles.statusItem, styles.statusOrganization)}>
          <Icon name="organization" />
          <Middle text={organization ? `${organization.name} (${ROLE_NAMES[organization.role]})` : "No organization"} />
        </span>
        <span className={styles.statusItem} role="status" data-tone={connection === "connected" ? undefined : "warning"}>
          <Icon name={icon} />
          {text}
        </span>
        <JobsStatus />
        <Slot name="status-start" className={styles.statusGroup} />
      </div>
      <div className={styles.statusGroup}>
        <Slot name="status-end" className={styles.statusGroup} />
        <span className={cx(styles.statusItem, styles.statusVersion)}>Coder IDE {version}</span>
      </div>
    </footer>
  );
}

/** Says what a lost connection means, where the person looks. */
export function ConnectionBanner() {
  const connection = useConnection();
  if (connection === "connected") return null;
  return (
    <div className={styles.banner} role="alert">
      <Icon name="debug-disconnect" />
      <span>
        {connection === "offline" ? "This browser is offline." : "The server does not answer."} What is open stays readable; changes cannot be sent until the connection is back.
      </span>
    </div>
  );
}
