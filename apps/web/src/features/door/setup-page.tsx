"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { AccountForm } from "./account-form.tsx";
import { DoorCard } from "./door-frame.tsx";
import { FormBones } from "./form-bones.tsx";

/** Claims the installation: whoever is first owns the first organization and runs the installation. */
export function SetupPage() {
  const trpc = useTRPC();
  const query = useQuery(trpc.userManagement.installation.queryOptions({}));
  return (
    <Loaded query={query} what="the installation" skeleton={<FormBones fields={3} />}>
      {({ claimed, setupCodeRequired }) =>
        claimed ? (
          <DoorCard title="This installation has an owner" description="The first account exists already. Sign in with yours, or ask for an invitation.">
            <p>
              <Link href="/sign-in">Go to the sign-in</Link>
            </p>
          </DoorCard>
        ) : (
          <DoorCard
            title="Create the first account"
            description="It owns the first organization and runs this installation: its settings, its health and who may join. Everything stays on this machine."
          >
            <AccountForm label="First account" action="Create account" setupCode={setupCodeRequired} />
          </DoorCard>
        )
      }
    </Loaded>
  );
}
