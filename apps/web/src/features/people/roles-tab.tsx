"use client";

import type { Roles } from "@coder/api/user-management";
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { asTitle } from "#lib/words.ts";
import { Icon } from "#ui/icon.tsx";
import { TableBones } from "#ui/table/table-bones.tsx";
import styles from "./people.module.css";
import { ROLE_NAMES } from "./roles.ts";

/** What each role may do, by the part of the product. */
export function RolesTab() {
  const trpc = useTRPC();
  const query = useQuery(trpc.userManagement.listRoles.queryOptions({}, { staleTime: 60_000 }));
  return (
    <Loaded query={query} what="roles" skeleton={<TableBones columns={[420, 80, 80, 80, 80]} />}>
      {(roles) => <Matrix roles={roles} />}
    </Loaded>
  );
}

function Matrix({ roles: { roles, permissions } }: { readonly roles: Roles }) {
  const shown = permissions.filter(({ self, installation }) => !self && !installation);
  const groups = Map.groupBy(shown, ({ id }) => id.split(".")[0] ?? id);
  return (
    <div className={styles.roles} tabIndex={0} role="group" aria-label="What each role may do">
      <table className={styles.matrix}>
        <thead>
          <tr>
            <th scope="col">Permission</th>
            {roles.map(({ role, description }) => (
              <th key={role} scope="col" className={styles.mark} title={description}>
                {ROLE_NAMES[role]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...groups].map(([module, entries]) => (
            <Fragment key={module}>
              <tr className={styles.group}>
                <th scope="rowgroup" colSpan={roles.length + 1}>
                  {asTitle(module)}
                </th>
              </tr>
              {entries.map(({ id, description }) => (
                <tr key={id}>
                  <th scope="row" title={id}>
                    {description}
                  </th>
                  {roles.map(({ role, permissions: held }) => (
                    <td key={role} className={styles.mark}>
                      {held.includes(id) ? <Icon name="check" label="yes" /> : <span className="visually-hidden">no</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
