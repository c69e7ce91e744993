"use client";

import type { HealthSummary } from "@coder/shared";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC } from "#api/trpc.tsx";
import { CommandButton } from "#commands/command-controls.tsx";
import { useCommands } from "#commands/registry.tsx";
import { copyText } from "#lib/clipboard.ts";
import { Status, type Tone } from "#ui/badge.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import { Page, Prose, Section } from "#ui/page.tsx";
import { TableBones } from "#ui/table/table-bones.tsx";
import textStyles from "#ui/text.module.css";
import { toast } from "#ui/toast.tsx";
import { Time } from "#ui/values.tsx";
import styles from "./health.module.css";

const REFRESH_MS = 5_000;
const STATES: Record<HealthSummary["status"], { readonly tone: Tone; readonly icon: IconName; readonly text: string }> = {
  up: { tone: "success", icon: "pass", text: "Works" },
  degraded: { tone: "warning", icon: "warning", text: "Works with less" },
  down: { tone: "error", icon: "error", text: "Does not work" },
};

/** How the installation is doing, and what to do where it is not well. */
export function HealthPage() {
  const trpc = useTRPC();
  const query = useQuery(trpc.kernel.health.queryOptions({}, { refetchInterval: REFRESH_MS }));
  useCommands([
    { id: "health.refresh", title: "Look again", category: "Health", icon: "refresh", run: () => void query.refetch() },
    {
      id: "health.copy",
      title: "Copy the report",
      category: "Health",
      icon: "copy",
      run: () => void copyText(JSON.stringify(query.data, null, 2)).then(() => toast({ title: "Report copied as JSON" })),
    },
  ]);
  return (
    <Page
      title="Health"
      actions={
        <>
          <CommandButton command="health.copy" variant="quiet" />
          <CommandButton command="health.refresh" />
        </>
      }
    >
      <Prose wide>
        <Loaded query={query} what="the health of the installation" skeleton={<TableBones columns={[160, 120, 420]} rows={10} />}>
          {(summary) => <Report summary={summary} />}
        </Loaded>
      </Prose>
    </Page>
  );
}

function Report({ summary }: { readonly summary: HealthSummary }) {
  const parts = [...summary.resources, ...summary.modules.filter(({ where }) => where !== "absent")];
  const unwell = parts.filter(({ status }) => status !== "up").length;
  const absent = summary.modules.filter(({ where }) => where === "absent");
  const present = summary.modules.filter(({ where }) => where !== "absent");
  return (
    <>
      <div className={styles.overall} data-status={summary.status}>
        <Icon name={STATES[summary.status].icon} size={24} />
        <div>
          <div className={styles.overallTitle}>{unwell === 0 ? "Everything works" : unwell === 1 ? "One part needs attention" : `${unwell} parts need attention`}</div>
          <div className={textStyles.dim13}>
            Version {summary.version} · checked <Time at={summary.checkedAt} />
          </div>
        </div>
      </div>
      <Section title="Processes" description={summary.processes.length === 0 ? "They were started by something other than npm start, which watches over them then." : undefined}>
        {summary.processes.length === 0 ? null : <Processes processes={summary.processes} />}
      </Section>
      <Section title="Stores and queues">
        <Table label="Stores and queues">
          {summary.resources.map((resource) => (
            <Row key={resource.name} name={resource.name} report={resource} />
          ))}
        </Table>
      </Section>
      <Section title="Modules">
        <Table label="Modules">
          {present.map((module) => (
            <ModuleRow key={module.name} module={module} />
          ))}
        </Table>
      </Section>
      {absent.length === 0 ? null : (
        <Section title="Not part of this version" description="Other modules would use these if they were there. Everything works without them.">
          <ul className={styles.absent}>
            {absent.map((module) => (
              <li key={module.name}>
                <span className={styles.name}>{module.name}</span> <span className={textStyles.dim13}>would be used by {module.neededBy.join(", ")}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function Table({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <table className={styles.table}>
      <caption className="visually-hidden">{label}</caption>
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col">State</th>
          <th scope="col">What to know</th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

type Report = Pick<HealthSummary["resources"][number], "status" | "message" | "remedy">;

function Row({ name, report, note }: { readonly name: ReactNode; readonly report: Report; readonly note?: ReactNode }) {
  const { tone, icon, text } = STATES[report.status];
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <Status tone={tone} icon={icon}>
          {text}
        </Status>
      </td>
      <td>
        {report.message ? <div>{report.message}</div> : null}
        {report.remedy ? <div className={styles.remedy}>{report.remedy}</div> : null}
        {note}
      </td>
    </tr>
  );
}

function ModuleRow({ module }: { readonly module: HealthSummary["modules"][number] }) {
  const unwell = module.checks.filter(({ status }) => status !== "up");
  return (
    <Row
      name={
        <>
          <span className={styles.name}>{module.name}</span>
          {module.where === "elsewhere" ? <span className={textStyles.dim13}> in another process</span> : null}
        </>
      }
      report={unwell.length > 0 ? { status: module.status } : module}
      note={
        unwell.length > 0 ? (
          unwell.map((check) => (
            <div key={check.name} className={styles.check}>
              <div>
                <span className={styles.name}>{check.name}</span>: {check.message ?? STATES[check.status].text}
              </div>
              {check.remedy ? <div className={styles.remedy}>{check.remedy}</div> : null}
            </div>
          ))
        ) : module.message ? null : (
          <div className={textStyles.dim13}>{module.description}</div>
        )
      }
    />
  );
}

const PROCESS_TONES: Record<string, Tone> = { running: "success", ready: "success", up: "success", starting: "info", restarting: "warning", waiting: "warning", stopped: "idle", failed: "error", crashed: "error" };

function Processes({ processes }: { readonly processes: HealthSummary["processes"] }) {
  return (
    <table className={styles.table}>
      <caption className="visually-hidden">Processes</caption>
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col">State</th>
          <th scope="col" className={styles.number}>
            Restarts
          </th>
          <th scope="col" className={styles.number}>
            Process
          </th>
          <th scope="col">Since</th>
          <th scope="col">Last exit</th>
        </tr>
      </thead>
      <tbody>
        {processes.map((process) => (
          <tr key={process.name}>
            <th scope="row">{process.name}</th>
            <td>
              <Status tone={PROCESS_TONES[process.state] ?? "neutral"}>{process.state}</Status>
            </td>
            <td className={styles.number}>{process.restarts}</td>
            <td className={styles.number}>{process.pid ?? ""}</td>
            <td>{process.since === null ? null : <Time at={process.since} />}</td>
            <td className={textStyles.dim13}>{process.lastExit}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
