"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { useTRPC } from "#api/trpc.tsx";
import { useInvitations, useMembers } from "#features/people/use-people.ts";
import { useSession } from "#features/session/session.tsx";
import { useProjects } from "#features/projects/use-projects.ts";
import { canOpen } from "#features/projects/words.ts";
import { plural } from "#lib/time.ts";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Time } from "#ui/values.tsx";
import styles from "./home.module.css";

/** What there is to do, each with how it stands. Only what the person may do. */
export function NextSteps() {
  const { may } = useSession();
  return (
    <section aria-labelledby="next-steps">
      <h3 id="next-steps" className={styles.heading}>
        Next
      </h3>
      <ul className={styles.steps}>
        {may("workspace.project.read") ? <ProjectsStep /> : null}
        {may("user-management.invitation.create") ? <InviteStep /> : null}
        {may("configuration-service.setting.read") ? <SignUpStep /> : null}
        {may("kernel.health.read") ? <HealthStep /> : null}
        <Step icon="device-desktop" href="/sessions" title="Your sessions" note="Where you are signed in, and ending it from here" />
        <Step icon="account" href="/profile" title="Your profile" note="Name, picture, password, theme and time zone" />
      </ul>
    </section>
  );
}

function Step({ icon, href, title, note }: { readonly icon: IconName; readonly href: string; readonly title: string; readonly note: ReactNode }) {
  return (
    <li>
      <Link href={href} className={styles.step}>
        <Icon name={icon} className={styles.stepIcon} />
        <span className={styles.stepTitle}>{title}</span>
        <span className={styles.stepNote}>{note}</span>
      </Link>
    </li>
  );
}

/** Back to what was worked on last, or to the first project. */
function ProjectsStep() {
  const { may } = useSession();
  const { data: projects } = useProjects("open");
  const [latest] = [...(projects ?? [])].filter(canOpen).sort((a, b) => b.filesChangedAt.localeCompare(a.filesChangedAt));
  if (projects?.length === 0) {
    return <Step icon="repo" href="/projects" title={may("workspace.project.create") ? "Bring in your first project" : "Projects"} note={may("workspace.project.create") ? "An archive, a git address, or begin with an empty one" : "There are none yet"} />;
  }
  return (
    <>
      {latest ? <Step icon="repo" href={`/projects/${latest.id}`} title={`Open ${latest.name}`} note={<>Its files changed <Time at={latest.filesChangedAt} /></>} /> : null}
      <Step icon="files" href="/projects" title="All projects" note={projects === undefined ? "Open one, or bring one in" : `${plural(projects.length, "project", "projects")}, and how to bring in another`} />
    </>
  );
}

function InviteStep() {
  const { data: members } = useMembers();
  const { data: invitations } = useInvitations();
  const waiting = invitations?.filter(({ status }) => status === "pending").length ?? 0;
  const alone = members?.length === 1;
  const note = waiting > 0 ? `${waiting} ${waiting === 1 ? "invitation waits" : "invitations wait"} to be accepted` : alone ? "You are the only member so far" : "Members, their roles, and who is invited";
  return <Step icon="add" href={waiting > 0 ? "/people?tab=invitations" : "/people"} title="Invite the people you work with" note={note} />;
}

function SignUpStep() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.userManagement.installation.queryOptions({}));
  const note = data === undefined ? "By invitation, or open to everybody" : data.signUp === "open" ? "Everybody may, each into an organization of their own" : "Only people with an invitation may at the moment";
  return <Step icon="unlock" href="/settings?key=user-management.signUp&q=signUp" title="Decide who may create an account" note={note} />;
}

function HealthStep() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.kernel.health.queryOptions({}, { refetchInterval: 30_000 }));
  const unwell = data ? [...data.resources, ...data.modules].filter(({ status }) => status !== "up").length : 0;
  const note = data === undefined ? "Processes, stores, modules" : unwell === 0 ? "Everything works" : unwell === 1 ? "One part needs attention" : `${unwell} parts need attention`;
  return <Step icon={unwell > 0 ? "warning" : "pulse"} href="/system/health" title="See how the installation is doing" note={note} />;
}
