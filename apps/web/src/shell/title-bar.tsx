"use client";

import { formatKeys } from "#lib/keys.ts";
import { useCommand, useRegistry } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { useSwitchOrganization } from "#features/session/use-switch-organization.ts";
import { Icon } from "#ui/icon.tsx";
import { Kbd } from "#ui/kbd.tsx";
import { Mark } from "#ui/mark.tsx";
import { ROLE_NAMES } from "#features/people/roles.ts";
import { Menu, MenuChoice } from "#ui/menu.tsx";
import { Middle } from "#ui/values.tsx";
import styles from "./shell.module.css";
import { Slot } from "./slots.tsx";

export function TitleBar() {
  const registry = useRegistry();
  // In an open project the middle of the title leads to its files first, and from there to commands.
  const goToFile = useCommand("files.open");
  return (
    <header className={styles.titleBar} data-region="title">
      <div className={styles.titleStart}>
        <span className={styles.mark}>
          <Mark />
        </span>
        <OrganizationSwitch />
        <Slot name="title" className={styles.titlePlace} />
      </div>
      <button type="button" className={styles.commandCenter} onClick={() => registry.run(goToFile?.id ?? "palette.open")}>
        <Icon name="search" />
        <span className={styles.commandText}>{goToFile?.title ?? "Run a command"}</span>
        <span className={styles.commandKeys} aria-hidden="true">
          <Kbd keys={formatKeys(goToFile?.keys ?? "mod+k")} />
        </span>
      </button>
      <div className={styles.titleEnd} />
    </header>
  );
}

function OrganizationSwitch() {
  const { organization, organizations } = useSession();
  const switchTo = useSwitchOrganization();
  const name = organization?.name ?? "No organization";
  if (organizations.length < 2 && organization) {
    return (
      <span className={styles.organization}>
        <Middle text={name} />
      </span>
    );
  }
  return (
    <Menu
      label="Organizations"
      align="start"
      trigger={
        <button type="button" className={styles.organization} aria-label={`Organization: ${name}. Switch`}>
          <Middle text={name} />
          <Icon name="chevron-down" />
        </button>
      }
    >
      <MenuChoice label="Act in" value={organization?.id} options={organizations.map(({ id, name: label, role }) => ({ value: id, label, help: ROLE_NAMES[role] }))} onChoose={switchTo} />
    </Menu>
  );
}
