"use client";

import "@xterm/xterm/css/xterm.css";
import type { Run, RunId } from "@coder/api/execution";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { useEffect, useRef, useState } from "react";
import { followStream } from "#api/follow-stream.ts";
import { useTRPCClient } from "#api/trpc.tsx";
import { useCommands } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { useTheme } from "#features/theme/use-theme.ts";
import { copyText } from "#lib/clipboard.ts";
import { Icon } from "#ui/icon.tsx";
import { EmptyState } from "#ui/states.tsx";
import { toast } from "#ui/toast.tsx";
import styles from "./run.module.css";
import { changesText, isUnderWay, measuresOf, outcomeOf, RUN_STATES } from "./run-words.ts";
import { InstallSummary } from "./InstallSummary.ts";
import { terminalTheme } from "./terminal-theme.ts";
import { useRunActions, useRuns, useShownRun } from "./use-runs.ts";

const SCROLLBACK = 50_000;

/** The output of one run as it comes, in the colours that its program prints. */
export function OutputPanel() {
  const { data } = useRuns();
  const { shownId: wanted } = useShownRun();
  const shown = data?.items.find(({ id }) => id === wanted) ?? (wanted === null ? data?.items[0] : undefined);
  const id = wanted ?? shown?.id ?? null;
  if (id === null) {
    return (
      <EmptyState icon="output" title="No output yet">
        <p>Run a script from the Run view. What it prints appears here.</p>
      </EmptyState>
    );
  }
  return <RunOutput key={id} id={id} listed={shown ?? null} />;
}

function RunOutput({ id, listed }: { readonly id: RunId; readonly listed: Run | null }) {
  const host = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal | null>(null);
  const [followed, setRun] = useState<Run | null>(null);
  // What was followed to its end knows how it ended; what it changed may be told later.
  const run = listed && followed && !isUnderWay(followed) && isUnderWay(listed) ? followed : (listed ?? followed);
  const [sought, setSought] = useState("");
  const [found, setFound] = useState<number | null>(null);
  /** Of an installation: whether each package that is fetched has a line. */
  const [each, setEach] = useState(false);
  const installs = run?.target.kind === "install";
  const client = useTRPCClient();
  const theme = useTheme();
  const { renew, cancel } = useRunActions();
  const { may } = useSession();
  const renewed = useRef(renew);
  renewed.current = renew;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = new Terminal({ disableStdin: true, convertEol: true, scrollback: SCROLLBACK, fontFamily: getComputedStyle(element).getPropertyValue("--font-mono"), fontSize: 12, minimumContrastRatio: 4.5, cursorInactiveStyle: "none", screenReaderMode: true, theme: terminalTheme(element) });
    const fit = new FitAddon();
    made.loadAddon(fit);
    made.open(element);
    fit.fit();
    terminal.current = made;
    const resized = new ResizeObserver(() => fit.fit());
    resized.observe(element);
    const stop = followRun(client, id, made, each, (next) => {
      setRun(next);
      if (!isUnderWay(next)) renewed.current();
    });
    return () => {
      stop();
      resized.disconnect();
      made.dispose();
      terminal.current = null;
    };
  }, [client, id, each]);
  useEffect(() => {
    const follow = () => {
      if (terminal.current && host.current) terminal.current.options.theme = terminalTheme(host.current);
    };
    follow();
    // The theme of the page can be the system's, which changes by itself.
    const queries = ["(prefers-color-scheme: light)", "(prefers-contrast: more)"].map((query) => window.matchMedia(query));
    for (const query of queries) query.addEventListener("change", follow);
    return () => {
      for (const query of queries) query.removeEventListener("change", follow);
    };
  }, [theme]);

  const seek = (text: string, from: number) => {
    const made = terminal.current;
    if (!made || text === "") return setFound(null);
    const at = findLine(made, text, from);
    setFound(at?.line ?? null);
    if (!at) return made.clearSelection();
    made.select(at.column, at.line, text.length);
    made.scrollToLine(Math.max(at.line - 3, 0));
  };
  const cancelRun = () => {
    if (run === null) return;
    cancel(run.id);
    // Its button goes with the run: the output is read on.
    terminal.current?.focus();
  };
  useCommands([
    { id: "output.cancel", title: "Cancel the run", category: "Output", icon: "stop-circle", enabled: run !== null && isUnderWay(run) && may("execution.run.start"), run: cancelRun },
    { id: "output.each", title: each ? "Count the packages that are fetched" : "Show each package that is fetched", category: "Output", icon: each ? "list-flat" : "list-tree", enabled: installs, run: () => setEach(!each) },
    { id: "output.copy", title: "Copy the output", category: "Output", icon: "copy", run: () => void copyOutput(terminal.current) },
    { id: "output.clear", title: "Clear the output", category: "Output", icon: "close-all", run: () => terminal.current?.clear() },
  ]);
  return (
    <div className={styles.output}>
      <div className={styles.outputBar}>
        {run ? (
          <span className={styles.outputState} role="status" data-run-state={run.state}>
            <Icon name={RUN_STATES[run.state].icon} className={styles.state} />
            <span className={styles.command}>{run.command}</span>
            <span className={styles.outputFacts} data-tone={RUN_STATES[run.state].tone}>
              {[outcomeOf(run), measuresOf(run), changesText(run.changes)].filter(Boolean).join(" · ")}
            </span>
          </span>
        ) : null}
        <input
          className={styles.find}
          aria-label="Find in the output"
          placeholder="Find"
          value={sought}
          spellCheck={false}
          onChange={(event) => {
            setSought(event.target.value);
            seek(event.target.value, 0);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") seek(sought, found === null ? 0 : found + 1);
            if (event.key === "Escape") setSought("");
          }}
        />
        {sought !== "" && found === null ? <span className={styles.notFound}>Not found</span> : null}
      </div>
      <div ref={host} className={styles.terminal} />
    </div>
  );
}

type Client = ReturnType<typeof useTRPCClient>;

/** Writes output into a terminal from where it was left, whatever breaks off meanwhile. The terminal takes more when it has drawn what it has. */
function followRun(client: Client, id: RunId, terminal: Terminal, each: boolean, onRun: (run: Run) => void): () => void {
  let summary: InstallSummary | null = null;
  let offset = 0;
  return followStream((ended) =>
    client.execution.watchRun.subscribe(
      { id, offset },
      {
        onData: ({ data }) => {
          if ("gap" in data) return;
          const { event } = data;
          if (event.kind === "run") {
            if (!each && event.run.target.kind === "install") summary ??= new InstallSummary();
            if (summary && !isUnderWay(event.run)) terminal.write(summary.end());
            return onRun(event.run);
          }
          const bytes = Uint8Array.from(atob(event.bytes), (character) => character.charCodeAt(0));
          // After a break, what came twice is left out.
          const fresh = bytes.subarray(Math.max(offset - event.offset, 0));
          offset = Math.max(offset, event.offset + bytes.length);
          if (fresh.length > 0) terminal.write(summary?.write(fresh) ?? fresh);
        },
        // It completes with the run.
        onError: ended,
      },
    ),
  );
}

function findLine({ buffer: { active } }: Terminal, text: string, from: number): { readonly line: number; readonly column: number } | null {
  const wanted = text.toLowerCase();
  for (let step = 0; step < active.length; step += 1) {
    const line = (from + step) % active.length;
    const column = active.getLine(line)?.translateToString(true).toLowerCase().indexOf(wanted) ?? -1;
    if (column >= 0) return { line, column };
  }
  return null;
}

async function copyOutput(terminal: Terminal | null): Promise<void> {
  if (!terminal) return;
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, line) => active.getLine(line)?.translateToString(true) ?? "");
  await copyText(`${lines.join("\n").trimEnd()}\n`);
  toast({ title: "Output copied" });
}
