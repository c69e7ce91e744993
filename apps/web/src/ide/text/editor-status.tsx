"use client";

import { useEffect, useState } from "react";
import { useRegistry } from "#commands/registry.tsx";
import { useStore } from "#lib/store.ts";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "#ui/menu.tsx";
import { StatusItem } from "../frame/status-item.tsx";
import { useIde } from "../ide-context.ts";
import { pickOne } from "../quick-open/pick-one.ts";
import type { ActiveEditor } from "./active-editor.ts";
import { type Encoding, ENCODING_NAMES, ENCODINGS, type LineEnd } from "./encoding.ts";
import { languageName } from "./languages.ts";
import { useMonaco } from "./monaco.ts";

const LINE_ENDS: Record<LineEnd, string> = { "\n": "LF", "\r\n": "CRLF" };
const INDENTS = [2, 4, 8] as const;

/** Cursor, indentation, encoding, line end and language of the text that is worked on. */
export function EditorStatus() {
  const { activeEditor } = useIde();
  const active = useStore(activeEditor);
  return active ? <ActiveStatus active={active} /> : null;
}

function ActiveStatus({ active }: { readonly active: ActiveEditor }) {
  const registry = useRegistry();
  const cursor = useCursor(active);
  return (
    <>
      <StatusItem label={`${cursor}. Go to a line`} onClick={() => registry.run("editor.goToLine")}>
        {cursor}
      </StatusItem>
      <IndentItem active={active} />
      <EncodingItem active={active} />
      <LineEndItem active={active} />
      <LanguageItem active={active} />
    </>
  );
}

function useCursor({ editor }: ActiveEditor): string {
  const [text, setText] = useState("");
  useEffect(() => {
    const read = () => {
      const selections = editor.getSelections() ?? [];
      const model = editor.getModel();
      const [first] = selections;
      if (!first || !model) return setText("");
      const chosen = selections.reduce((sum, selection) => sum + model.getValueLengthInRange(selection), 0);
      if (selections.length > 1) return setText(`${selections.length} selections${chosen > 0 ? ` (${chosen} characters)` : ""}`);
      setText(`Ln ${first.positionLineNumber}, Col ${first.positionColumn}${chosen > 0 ? ` (${chosen} selected)` : ""}`);
    };
    read();
    const subscriptions = [editor.onDidChangeCursorSelection(read), editor.onDidChangeModel(read)];
    return () => subscriptions.forEach((subscription) => subscription.dispose());
  }, [editor]);
  return text;
}

function IndentItem({ active: { document } }: { readonly active: ActiveEditor }) {
  const { model } = document;
  const [, redraw] = useState(0);
  useEffect(() => {
    const subscription = model?.onDidChangeOptions(() => redraw((count) => count + 1));
    return () => subscription?.dispose();
  }, [model]);
  if (!model) return null;
  const { insertSpaces, indentSize, tabSize } = model.getOptions();
  const text = insertSpaces ? `Spaces: ${indentSize}` : `Tab size: ${tabSize}`;
  const set = (spaces: boolean, size: number) => model.updateOptions({ insertSpaces: spaces, tabSize: size, indentSize: size });
  return (
    <Menu label="Indentation" side="top" trigger={<StatusItem label={`Indentation, ${text}. Change`}>{text}</StatusItem>}>
      <MenuChoice
        label="Indent with"
        value={insertSpaces ? "spaces" : "tabs"}
        options={[
          { value: "spaces", label: "Spaces" },
          { value: "tabs", label: "Tabs" },
        ]}
        onChoose={(choice) => set(choice === "spaces", tabSize)}
      />
      <MenuSeparator />
      <MenuChoice label="Width" value={String(tabSize)} options={INDENTS.map((size) => ({ value: String(size), label: String(size) }))} onChoose={(size) => set(insertSpaces, Number(size))} />
      <MenuSeparator />
      <MenuItem onSelect={() => model.detectIndentation(true, 2)}>As the text has it</MenuItem>
    </Menu>
  );
}

function EncodingItem({ active: { document } }: { readonly active: ActiveEditor }) {
  const { encoding, dirty } = useStore(document.state);
  const choose = (how: "save" | "reopen", next: Encoding) => (how === "save" ? document.setEncoding(next) : void document.reopenWith(next));
  const pick = async (how: "save" | "reopen") => {
    const chosen = await pickOne(
      how === "save" ? "Save in which encoding" : "Read again in which encoding",
      ENCODINGS.map((value) => ({ value, label: ENCODING_NAMES[value], detail: value === encoding ? "now" : "" })),
    );
    if (chosen !== null) choose(how, chosen);
  };
  return (
    <Menu label="Encoding" side="top" trigger={<StatusItem label={`Encoding, ${ENCODING_NAMES[encoding]}. Change`}>{ENCODING_NAMES[encoding]}</StatusItem>}>
      <MenuItem onSelect={() => void pick("save")}>Save in another encoding…</MenuItem>
      <MenuItem disabled={dirty} onSelect={() => void pick("reopen")}>
        Read again in another encoding…
      </MenuItem>
    </Menu>
  );
}

function LineEndItem({ active: { document, editor } }: { readonly active: ActiveEditor }) {
  const { mixedLineEnds } = useStore(document.state);
  const [lineEnd, setLineEnd] = useState<LineEnd>("\n");
  useEffect(() => {
    const read = () => setLineEnd(document.model?.getEOL() === "\r\n" ? "\r\n" : "\n");
    read();
    const subscription = editor.onDidChangeModelContent(read);
    return () => subscription.dispose();
  }, [document, editor]);
  const label = mixedLineEnds ? "Line ends are mixed in the file; saving makes them all the same. Change" : `Line ends, ${LINE_ENDS[lineEnd]}. Change`;
  return (
    <Menu label="Line ends" side="top" trigger={<StatusItem label={label} {...(mixedLineEnds ? { tone: "warning" as const } : {})}>{mixedLineEnds ? `${LINE_ENDS[lineEnd]} (mixed)` : LINE_ENDS[lineEnd]}</StatusItem>}>
      <MenuChoice
        label="Line ends"
        value={lineEnd}
        options={[
          { value: "\n", label: "LF", help: "As on Unix" },
          { value: "\r\n", label: "CRLF", help: "As on Windows" },
        ]}
        onChoose={(next) => document.setLineEnd(next)}
      />
    </Menu>
  );
}

function LanguageItem({ active: { document } }: { readonly active: ActiveEditor }) {
  const monaco = useMonaco();
  const { language } = useStore(document.state);
  if (!monaco) return null;
  const name = languageName(monaco, language);
  const pick = async () => {
    const ids = [...new Set(monaco.languages.getLanguages().map(({ id }) => id))];
    const options = ids.map((id) => ({ value: id, label: languageName(monaco, id), detail: id === language ? "now" : "" })).sort((a, b) => a.label.localeCompare(b.label));
    const chosen = await pickOne("Language of this file", options);
    if (chosen !== null) document.setLanguage(chosen);
  };
  return (
    <StatusItem label={`Language, ${name}. Change`} onClick={() => void pick()}>
      {name}
    </StatusItem>
  );
}
