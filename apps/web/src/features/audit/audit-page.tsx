"use client";

import type { ChainReport } from "@coder/api/logging";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Problem, toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { CommandButton } from "#commands/command-controls.tsx";
import { useCommands } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { useUrlParam } from "#lib/use-url-param.ts";
import { Page } from "#ui/page.tsx";
import { ProblemState } from "#ui/states.tsx";
import { TabbedPage } from "#ui/tabs.tsx";
import { AuditTable } from "./audit-table.tsx";
import { ChainNotice } from "./chain-notice.tsx";
import type { AuditScope } from "./use-audit-log.ts";

/** Who did what, to what, and how it ended. */
export function AuditPage() {
  const trpc = useTRPC();
  const { may, organization } = useSession();
  const [scopeParam, setScope] = useUrlParam("scope");
  const ofOrganization = may("logging.entry.read");
  const ofInstallation = may("logging.installation.read");
  const scope: AuditScope = ofInstallation && (scopeParam === "installation" || !ofOrganization) ? "installation" : "organization";
  const [report, setReport] = useState<ChainReport | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const options = { onSuccess: setReport, onError: (error: unknown) => setProblem(toProblem(error)) };
  const verify = useMutation(trpc.logging.verifyChain.mutationOptions(options));
  const verifyInstallation = useMutation(trpc.logging.verifyInstallationChain.mutationOptions(options));
  const reset = () => {
    setReport(null);
    setProblem(null);
  };

  useCommands([
    {
      id: "audit.verify",
      title: "Check that the log is complete and unaltered",
      category: "Audit log",
      icon: "verified",
      when: (context) => context.may(scope === "organization" ? "logging.chain.verify" : "logging.installation.read"),
      run: () => {
        reset();
        if (scope === "organization") verify.mutate({});
        else verifyInstallation.mutate({});
      },
    },
  ]);

  if (!ofOrganization && !ofInstallation) {
    return (
      <Page title="Audit log">
        <ProblemState problem={FORBIDDEN} />
      </Page>
    );
  }
  const table = (
    <>
      <ChainNotice report={report} problem={problem} pending={verify.isPending || verifyInstallation.isPending} onClose={reset} />
      <AuditTable key={scope} scope={scope} />
    </>
  );
  const check = <CommandButton command="audit.verify" title="Check integrity" />;
  if (!ofOrganization || !ofInstallation) {
    return (
      <Page title="Audit log" actions={check}>
        {table}
      </Page>
    );
  }
  return (
    <TabbedPage
      title="Audit log"
      value={scope}
      onChange={(next) => {
        reset();
        setScope(next === "organization" ? null : next, "push");
      }}
      tabs={[
        { value: "organization", label: organization?.name ?? "Organization" },
        { value: "installation", label: "Installation" },
      ]}
      actions={check}
    >
      {table}
    </TabbedPage>
  );
}

const FORBIDDEN: Problem = {
  kind: "forbidden",
  code: "permission_missing",
  message: "You may not see this.",
  remedy: "Owners, administrators and auditors of your organization read the audit log. Ask an owner for one of these roles.",
  traceId: null,
  details: { permission: "logging.entry.read" },
  issues: [],
};
