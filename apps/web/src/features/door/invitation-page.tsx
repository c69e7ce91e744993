"use client";

import type { CurrentSession } from "@coder/api/auth";
import type { InvitationOffer } from "@coder/api/user-management";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { type Problem, toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { ROLE_HELP, ROLE_NAMES } from "#features/people/roles.ts";
import { Button } from "#ui/button.tsx";
import { InlineProblem } from "#ui/states.tsx";
import { Time } from "#ui/values.tsx";
import { AccountForm } from "./account-form.tsx";
import { DoorCard } from "./door-frame.tsx";
import styles from "./door.module.css";
import { FormBones } from "./form-bones.tsx";

/** Where an invitation link leads: what is offered, by whom, and the way in, with a new account or the present one. */
export function InvitationPage({ token }: { readonly token: string }) {
  const trpc = useTRPC();
  const offer = useQuery(trpc.userManagement.describeInvitation.queryOptions({ token }, { retry: false }));
  const session = useQuery(trpc.auth.currentSession.queryOptions({}, { retry: false }));
  const settled = session.data !== undefined || session.error !== null;
  if (offer.error && ["invitation_invalid", "invalid_input"].includes(toProblem(offer.error).code)) return <Useless problem={toProblem(offer.error)} />;
  return (
    <Loaded query={settled ? offer : { ...offer, data: undefined }} what="the invitation" skeleton={<FormBones fields={3} />}>
      {(found) => (session.data ? <JoinAsMyself token={token} offer={found} session={session.data} /> : <JoinAsNew token={token} offer={found} />)}
    </Loaded>
  );
}

function Useless({ problem }: { readonly problem: Problem }) {
  const malformed = problem.code === "invalid_input";
  return (
    <DoorCard
      title={malformed ? "This is no invitation link" : problem.message}
      description={malformed ? "Part of it may be missing. Copy the whole link, or ask for a new invitation." : problem.remedy}
      foot={
        <>
          Have an account? <Link href="/sign-in">Sign in</Link>
        </>
      }
    >
      {null}
    </DoorCard>
  );
}

function Offer({ offer }: { readonly offer: InvitationOffer }) {
  return (
    <dl className={styles.offer}>
      <dt>Organization</dt>
      <dd>{offer.organizationName}</dd>
      <dt>Your role</dt>
      <dd>
        {ROLE_NAMES[offer.role]}
        <span className={styles.roleHelp}>{ROLE_HELP[offer.role]}</span>
      </dd>
      {offer.inviterName === null ? null : (
        <>
          <dt>Invited by</dt>
          <dd>{offer.inviterName}</dd>
        </>
      )}
      <dt>Expires</dt>
      <dd>
        <Time at={offer.expiresAt} />
      </dd>
    </dl>
  );
}

function JoinAsNew({ token, offer }: { readonly token: string; readonly offer: InvitationOffer }) {
  return (
    <DoorCard
      title={`Join ${offer.organizationName}`}
      foot={
        <>
          Have an account? <Link href={`/sign-in?next=${encodeURIComponent(`/invite/${token}`)}`}>Sign in to join with it</Link>
        </>
      }
    >
      <Offer offer={offer} />
      <AccountForm label="New account" action="Create account and join" invitationToken={token} email={offer.email} />
    </DoorCard>
  );
}

function JoinAsMyself({ token, offer, session }: { readonly token: string; readonly offer: InvitationOffer; readonly session: CurrentSession }) {
  const trpc = useTRPC();
  const accept = useMutation(trpc.userManagement.acceptInvitation.mutationOptions());
  const switchTo = useMutation(trpc.auth.switchOrganization.mutationOptions());
  const [problem, setProblem] = useState<Problem | null>(null);
  const join = async () => {
    setProblem(null);
    try {
      const { organizationId } = await accept.mutateAsync({ token });
      await switchTo.mutateAsync({ organizationId });
      window.location.assign("/");
    } catch (error) {
      setProblem(toProblem(error));
    }
  };
  return (
    <DoorCard title={`Join ${offer.organizationName}`} description={`You are signed in as ${session.user.name} (${session.user.email}).`}>
      <Offer offer={offer} />
      {problem ? <InlineProblem problem={problem} /> : null}
      <Button variant="primary" wide pending={accept.isPending || switchTo.isPending} onClick={() => void join()}>
        Join
      </Button>
    </DoorCard>
  );
}
