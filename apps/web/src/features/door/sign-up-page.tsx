"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { AccountForm } from "./account-form.tsx";
import { DoorCard } from "./door-frame.tsx";
import { FormBones } from "./form-bones.tsx";

export function SignUpPage() {
  const trpc = useTRPC();
  const router = useRouter();
  const query = useQuery(trpc.userManagement.installation.queryOptions({}));
  const unclaimed = query.data?.claimed === false;
  useEffect(() => {
    if (unclaimed) router.replace("/setup");
  }, [unclaimed, router]);
  const toSignIn = (
    <>
      Have an account? <Link href="/sign-in">Sign in</Link>
    </>
  );
  return (
    <Loaded query={query} what="the installation" skeleton={<FormBones fields={3} />}>
      {({ signUp }) =>
        signUp === "open" ? (
          <DoorCard title="Create an account" description="You get an organization of your own. Others join it when you invite them." foot={toSignIn}>
            <AccountForm label="New account" action="Create account" />
          </DoorCard>
        ) : (
          <DoorCard title="New accounts need an invitation" description="Ask an owner or administrator of your organization for an invitation link, and open it here." foot={toSignIn}>
            {null}
          </DoorCard>
        )
      }
    </Loaded>
  );
}
