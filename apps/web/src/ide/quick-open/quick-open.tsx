"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Command as Cmdk } from "cmdk";
import { useEffect, useRef, useState } from "react";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { openPalette } from "#commands/palette.tsx";
import palette from "#commands/palette.module.css";
import { Store, useStore } from "#lib/store.ts";
import { useDelayed } from "#lib/use-delayed.ts";
import { Icon } from "#ui/icon.tsx";
import { baseName, folderOf } from "../editors/editor-input.ts";
import { fileIcon } from "../explorer/file-icon.ts";
import { readablePath } from "../files/file-address.ts";
import { useIdeSession } from "../ide-context.ts";
import { revealPlace } from "../text/reveal.ts";
import { parseFileQuery } from "./parse-query.ts";
import styles from "./quick-open.module.css";
import { QuickInput } from "./quick-input.tsx";

const SHOWN = 60;
const RECENT_SHOWN = 20;
const LINE = ":line";

/** What is typed when it opens; null while it is closed. */
const opened = new Store<string | null>(null);

export function openQuickOpen(text: string = ""): void {
  opened.set(text);
}

/** Opens files by parts of their names; `:` goes to a line, `>` on to the commands. */
export function QuickOpen() {
  const text = useStore(opened);
  const taken = useRef(false);
  useEffect(() => {
    if (text !== null) taken.current = false;
  }, [text]);
  if (text === null) return null;
  const onTaken = () => {
    taken.current = true;
  };
  return (
    <QuickInput title="Go to a file" leavesFocus={() => taken.current} onClose={() => opened.set(null)}>
      <FileList initial={text} onTaken={onTaken} />
    </QuickInput>
  );
}

interface Offer {
  readonly path: string;
  readonly positions: readonly number[];
  readonly recent: boolean;
}

interface FileListProps {
  readonly initial: string;
  /** An editor takes the focus. */
  readonly onTaken: () => void;
}

function FileList({ initial, onTaken }: FileListProps) {
  const ide = useIdeSession();
  const [typed, setTyped] = useState(initial);
  const { text, at } = parseFileQuery(typed);
  const { offers, problem, searching } = useOffers(text);
  const lineOnly = text === "" && at !== null;

  const onType = (value: string) => {
    setWanted("");
    if (!value.startsWith(">")) return setTyped(value);
    opened.set(null);
    openPalette(value.slice(1));
  };
  const take = (path: string, beside: boolean) => {
    onTaken();
    opened.set(null);
    ide.openFile(path, { ...(at ? { at } : {}), beside });
  };
  const goToLine = () => {
    onTaken();
    opened.set(null);
    const active = ide.activeEditor.get();
    if (at && active) revealPlace(active.editor, at);
    ide.editors.focusActive();
  };
  const [beside, setBeside] = useState(false);
  // What is offered changes while somebody types: the first of it is chosen until they choose another.
  const [wanted, setWanted] = useState("");
  const values = lineOnly ? [LINE] : offers.map(({ path }) => path);
  const chosen = values.includes(wanted) ? wanted : (values[0] ?? "");

  return (
    <Cmdk label="Go to a file" loop shouldFilter={false} value={chosen} onValueChange={setWanted} className={palette.list} onKeyDown={(event) => setBeside(event.ctrlKey || event.metaKey)} onKeyUp={() => setBeside(false)}>
      <div className={palette.inputRow}>
        <Icon name={searching ? "loading" : "search"} />
        <Cmdk.Input className={palette.input} placeholder="Parts of a file's name, :line, or > for commands" autoFocus value={typed} onValueChange={onType} />
      </div>
      <Cmdk.List className={palette.items}>
        {lineOnly ? (
          <Cmdk.Item className={palette.item} value={LINE} onSelect={goToLine}>
            <span className={palette.name}>{ide.activeEditor.get() ? `Go to line ${at.line}${at.column === undefined ? "" : `, column ${at.column}`}` : "No text is open"}</span>
          </Cmdk.Item>
        ) : (
          offers.map((offer) => <FileItem key={offer.path} offer={offer} onTake={() => take(offer.path, beside)} />)
        )}
        {!lineOnly && offers.length === 0 && !searching ? (
          <div className={palette.empty} role="status">
            {problem ? `${problem.message} ${problem.remedy}` : text === "" ? "Type parts of a file's name." : "No file is called that. Ignored files are left out."}
          </div>
        ) : null}
      </Cmdk.List>
    </Cmdk>
  );
}

/** Recent files first, then what the server finds. */
function useOffers(text: string) {
  const ide = useIdeSession();
  const trpc = useTRPC();
  const query = useQuery(trpc.workspace.findFiles.queryOptions({ projectId: ide.projectId, query: text, limit: SHOWN }, { placeholderData: keepPreviousData, staleTime: 2_000, trpc: { abortOnUnmount: true } }));
  const searching = useDelayed(query.isFetching);
  const active = ide.activeEditor.get()?.document.path;
  const words = text.toLocaleLowerCase().split(/\s+/u);
  const recent = ide.recent.paths.filter((path) => words.every((word) => path.toLocaleLowerCase().includes(word)));
  // The file one comes from stands last among them: Enter goes back to the one before.
  const ordered = [...recent.filter((path) => path !== active), ...recent.filter((path) => path === active)].slice(0, RECENT_SHOWN);
  // Until the server has answered, what is left of its answer to the text before: Enter takes nothing that does not have the letters.
  const found = (query.data?.items ?? []).filter(({ path }) => !query.isPlaceholderData || hasLetters(path, text));
  const offers: Offer[] = [
    ...ordered.map((path) => ({ path, positions: found.find((each) => each.path === path)?.positions ?? [], recent: true })),
    ...found.filter(({ path }) => !ordered.includes(path)).map(({ path, positions }) => ({ path, positions, recent: false })),
  ];
  return { offers, problem: query.error ? toProblem(query.error) : null, searching };
}

/** Whether the letters of `text` stand in `path` in their order. */
function hasLetters(path: string, text: string): boolean {
  const lower = path.toLocaleLowerCase();
  let at = 0;
  for (const letter of text.toLocaleLowerCase().replaceAll(/\s/gu, "")) {
    at = lower.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function FileItem({ offer: { path, positions, recent }, onTake }: { readonly offer: Offer; readonly onTake: () => void }) {
  const nameAt = path.length - baseName(path).length;
  return (
    <Cmdk.Item className={palette.item} value={path} onSelect={onTake}>
      <span className={palette.icon}>
        <Icon name={fileIcon(path)} />
      </span>
      <span className={styles.file}>
        <span className={styles.fileName}>
          <Marked text={path.slice(nameAt)} positions={positions.map((position) => position - nameAt)} />
        </span>
        <span className={styles.folder}>
          <Marked text={folderOf(path)} positions={positions} />
        </span>
      </span>
      {recent ? <span className={styles.detail}>recently opened</span> : null}
    </Cmdk.Item>
  );
}

/** A text with what matched in it brought out. */
function Marked({ text, positions }: { readonly text: string; readonly positions: readonly number[] }) {
  if (!positions.some((position) => position >= 0 && position < text.length)) return readablePath(text);
  const matched = new Set(positions);
  const parts: { text: string; hit: boolean }[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const hit = matched.has(index);
    const last = parts.at(-1);
    if (last?.hit === hit) last.text += text.charAt(index);
    else parts.push({ text: text.charAt(index), hit });
  }
  return parts.map((part, index) => (part.hit ? <b key={index}>{part.text}</b> : <span key={index}>{readablePath(part.text)}</span>));
}
