"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { ROLE_NAMES } from "#features/people/roles.ts";
import { useSession } from "#features/session/session.tsx";
import { useSwitchOrganization } from "#features/session/use-switch-organization.ts";
import { Badge } from "#ui/badge.tsx";
import { Button } from "#ui/button.tsx";
import { Confirm } from "#ui/dialog.tsx";
import { Section } from "#ui/page.tsx";
import { Skeleton } from "#ui/skeleton.tsx";
import { EmptyState } from "#ui/states.tsx";
import textStyles from "#ui/text.module.css";
import { toast } from "#ui/toast.tsx";
import { Middle, Time } from "#ui/values.tsx";
import styles from "./profile.module.css";

export function OrganizationsSection() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { organization } = useSession();
  const switchTo = useSwitchOrganization();
  const [leaving, setLeaving] = useState(false);
  const query = useQuery(trpc.userManagement.listOrganizations.queryOptions({}));
  const leave = useMutation(trpc.userManagement.leaveOrganization.mutationOptions());
  return (
    <Section title="Organizations">
      <Loaded query={query} what="your organizations" skeleton={<Skeleton width="100%" height={52} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon="organization" title="You belong to no organization">
              <p>Ask somebody who runs one for an invitation link, and open it in this browser.</p>
            </EmptyState>
          ) : (
            <ul className={styles.organizations}>
              {items.map((item) => {
                const current = item.organizationId === organization?.id;
                return (
                  <li key={item.organizationId} className={styles.organization}>
                    <div className={styles.organizationText}>
                      <div className={styles.organizationName}>
                        <Middle text={item.name} />
                        {current ? <Badge>you act in it</Badge> : null}
                        {item.status === "suspended" ? <Badge>suspended</Badge> : null}
                      </div>
                      <div className={textStyles.dim13}>
                        {ROLE_NAMES[item.role]}, joined <Time at={item.joinedAt} />
                      </div>
                    </div>
                    {current ? (
                      <Button variant="quiet" onClick={() => setLeaving(true)}>
                        Leave…
                      </Button>
                    ) : item.status === "active" ? (
                      <Button onClick={() => switchTo(item.organizationId)}>Act in it</Button>
                    ) : null}
                  </li>
                );
              })}
            </ul>
          )
        }
      </Loaded>
      <Confirm
        open={leaving}
        onClose={() => setLeaving(false)}
        title={`Leave ${organization?.name ?? ""}?`}
        consequence={<p>You lose access at once. To come back you need a new invitation. What you made stays there.</p>}
        action="Leave"
        onConfirm={async () => {
          await leave.mutateAsync({});
          await queryClient.resetQueries();
          toast({ kind: "success", title: `You left ${organization?.name ?? "the organization"}` });
        }}
      />
    </Section>
  );
}
