"use client";

import { CommandMenuItem } from "#commands/command-controls.tsx";
import { useSession } from "#features/session/session.tsx";
import { useSwitchOrganization } from "#features/session/use-switch-organization.ts";
import { THEME_NAMES, THEMES } from "#features/theme/theme.ts";
import { useTheme } from "#features/theme/use-theme.ts";
import { useRememberTheme } from "#features/theme/use-remember-theme.ts";
import { ROLE_NAMES } from "#features/people/roles.ts";
import { Menu, MenuChoice, MenuHeading, MenuSeparator } from "#ui/menu.tsx";
import { Avatar, Middle } from "#ui/values.tsx";
import menuStyles from "./account-menu.module.css";
import styles from "./shell.module.css";

export function AccountMenu() {
  const { user, organization, organizations } = useSession();
  const theme = useTheme();
  const rememberTheme = useRememberTheme();
  const switchTo = useSwitchOrganization();
  return (
    <Menu
      label="Account"
      side="right"
      align="end"
      trigger={
        <button type="button" className={styles.activity}>
          <span className="visually-hidden">Account: {user.name}</span>
          <Avatar name={user.name} image={null} size={24} />
          <span className={styles.activityLabel} aria-hidden="true">
            Account
          </span>
        </button>
      }
    >
      <MenuHeading>
        <span className={menuStyles.name}>
          <Middle text={user.name} />
        </span>
        <span className={menuStyles.email}>
          <Middle text={user.email} />
        </span>
      </MenuHeading>
      <MenuSeparator />
      <CommandMenuItem command="account.profile" />
      <CommandMenuItem command="account.sessions" />
      {organizations.length > 1 ? (
        <>
          <MenuSeparator />
          <MenuChoice label="Organization" value={organization?.id} options={organizations.map(({ id, name, role }) => ({ value: id, label: name, help: ROLE_NAMES[role] }))} onChoose={switchTo} />
        </>
      ) : null}
      <MenuSeparator />
      <MenuChoice label="Theme" value={theme} options={THEMES.map((value) => ({ value, label: THEME_NAMES[value] }))} onChoose={rememberTheme} />
      <MenuSeparator />
      <CommandMenuItem command="account.signOut" />
    </Menu>
  );
}
