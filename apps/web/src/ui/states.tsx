"use client";

import type { ReactNode } from "react";
import { describeProblem, type Problem } from "#api/problem.ts";
import { copyText } from "#lib/clipboard.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import styles from "./states.module.css";
import { toast } from "./toast.tsx";

interface StateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  /** The one thing to do. */
  readonly actions?: ReactNode;
  readonly tone?: "plain" | "error";
}

/** A whole view that has something to say instead of content. */
export function StateView({ icon, title, children, actions, tone = "plain" }: StateProps) {
  return (
    <div className={styles.state} data-tone={tone} role={tone === "error" ? "alert" : undefined}>
      <Icon name={icon} size={24} className={styles.icon} />
      <h2 className={styles.title}>{title}</h2>
      {children ? <div className={styles.text}>{children}</div> : null}
      {actions ? <div className={styles.actions}>{actions}</div> : null}
    </div>
  );
}

/** What this place is for, and the one action that fills it. */
export function EmptyState(props: Omit<StateProps, "tone">) {
  return <StateView {...props} />;
}

/** The whole view failed. Forbidden, missing and offline have words of their own. */
export function ProblemState({ problem, onRetry }: { readonly problem: Problem; readonly onRetry?: () => void }) {
  const retry = onRetry ? (
    <Button icon="refresh" onClick={onRetry}>
      Try again
    </Button>
  ) : null;
  if (problem.kind === "offline") {
    return (
      <StateView icon="debug-disconnect" title="The server cannot be reached" actions={retry}>
        <p>What you have open stays as it is. This view loads by itself as soon as the connection is back.</p>
      </StateView>
    );
  }
  if (problem.kind === "forbidden") {
    return (
      <StateView icon="lock" title="You may not see this">
        <p>{problem.remedy}</p>
        <ProblemCode problem={problem} />
      </StateView>
    );
  }
  if (problem.kind === "not_found") {
    return (
      <StateView icon="question" title={problem.message}>
        <p>{problem.remedy}</p>
        <ProblemCode problem={problem} />
      </StateView>
    );
  }
  return (
    <StateView
      icon="error"
      tone="error"
      title={problem.message}
      actions={
        <>
          {retry}
          <CopyProblem problem={problem} />
        </>
      }
    >
      <p>{problem.remedy}</p>
      <ProblemCode problem={problem} />
    </StateView>
  );
}

function ProblemCode({ problem }: { readonly problem: Problem }) {
  return (
    <p className={styles.code}>
      {problem.code}
      {problem.traceId === null ? null : ` · trace ${problem.traceId}`}
    </p>
  );
}

export function CopyProblem({ problem }: { readonly problem: Problem }) {
  const copy = async () => {
    await copyText(describeProblem(problem, window.location.pathname, new Date()));
    toast({ title: "Details copied" });
  };
  return (
    <Button variant="quiet" icon="copy" onClick={() => void copy()}>
      Copy details
    </Button>
  );
}

/** A failure inside a form or a dialogue that stays usable. */
export function InlineProblem({ problem, onRetry }: { readonly problem: Problem; readonly onRetry?: () => void }) {
  const tone = problem.kind === "offline" || problem.kind === "rate_limited" ? "warning" : "error";
  return (
    <Notice tone={tone} role="alert" title={problem.message}>
      <p>{problem.remedy}</p>
      <div className={styles.noticeFoot}>
        <span className={styles.code}>
          {problem.code}
          {problem.traceId === null ? null : ` · ${problem.traceId.slice(0, 16)}`}
        </span>
        {onRetry ? (
          <Button variant="quiet" icon="refresh" onClick={onRetry}>
            Try again
          </Button>
        ) : null}
        <CopyProblem problem={problem} />
      </div>
    </Notice>
  );
}

const NOTICE_ICONS = { info: "info", warning: "warning", error: "error" } as const;

/** Something to know about what stands below it. */
export function Notice({ tone = "info", title, children, role }: { readonly tone?: keyof typeof NOTICE_ICONS; readonly title?: string; readonly children?: ReactNode; readonly role?: "alert" | "status" }) {
  return (
    <div className={styles.notice} data-tone={tone} role={role}>
      <Icon name={NOTICE_ICONS[tone]} />
      <div className={styles.noticeText}>
        {title ? <div className={styles.noticeTitle}>{title}</div> : null}
        {children}
      </div>
    </div>
  );
}
