"use client";

import type { Part, ToolResult } from "@coder/api/ai-service";
import { ChangeSetIdSchema } from "@coder/api/execution";
import { useState } from "react";
import { cx } from "#lib/cx.ts";
import { Button } from "#ui/button.tsx";
import { Icon, type IconName } from "#ui/icon.tsx";
import type { Ide } from "../Ide.ts";
import { useIde } from "../ide-context.ts";
import styles from "./chat.module.css";

type ToolPart = Extract<Part, { kind: "tool" }>;

const STATES: Readonly<Record<ToolPart["state"], { readonly icon: IconName; readonly text: string }>> = {
  running: { icon: "loading", text: "running" },
  done: { icon: "check", text: "done" },
  failed: { icon: "warning", text: "failed" },
};

/** By these a model tells what files and programs say from what the person says. Whoever reads it here knows. */
const MARKS = /^<untrusted source="[^"]*">\n|\n<\/untrusted>$/gm;

/** What the answer did with a tool: one line, and on demand what it asked and was told. */
export function ToolRow({ part }: { readonly part: ToolPart }) {
  const ide = useIde();
  const [open, setOpen] = useState(false);
  const { icon, text } = STATES[part.state];
  return (
    <div className={styles.tool} data-state={part.state}>
      <button type="button" className={styles.toolHead} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "chevron-down" : "chevron-right"} />
        <Icon name={icon} className={styles.toolState} />
        <span className={styles.toolTitle}>{part.title}</span>
        <span className="visually-hidden">{text}</span>
      </button>
      {part.results.filter(({ kind }) => kind !== "file").map((result, index) => (
        <Button key={index} className={styles.toolResult} icon={RESULT_WORDS[result.kind].icon} onClick={() => openResult(ide, result, part.title)}>
          {RESULT_WORDS[result.kind].text}
        </Button>
      ))}
      {open ? (
        <div className={styles.toolBody}>
          <pre className={cx(styles.toolText)} tabIndex={0} aria-label="What was asked">{part.input}</pre>
          {part.output === null ? null : <pre className={styles.toolText} tabIndex={0} aria-label="What was answered">{part.output.replaceAll(MARKS, "")}</pre>}
        </div>
      ) : null}
    </div>
  );
}

const RESULT_WORDS: Readonly<Record<ToolResult["kind"], { readonly icon: IconName; readonly text: string }>> = {
  file: { icon: "file", text: "Open the file" },
  changeSet: { icon: "diff", text: "Review the changes" },
  run: { icon: "output", text: "Show the output" },
  generation: { icon: "diff-multiple", text: "Show the changes" },
};

function openResult(ide: Ide, result: ToolResult, title: string): void {
  switch (result.kind) {
    case "file": return ide.openFile(result.path, { preview: true, ...(result.line === null ? {} : { at: { line: result.line } }) });
    case "changeSet": return ide.open({ kind: "change-set", id: ChangeSetIdSchema.parse(result.id), title: title.replace(/^Propose: /, ""), path: "" });
    case "run": return ide.show("output");
    case "generation": return ide.show("changes");
  }
}
