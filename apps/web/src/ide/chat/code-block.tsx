"use client";

import { useMutation } from "@tanstack/react-query";
import { toProblem } from "#api/problem.ts";
import { useTRPCClient } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";
import { copyText } from "#lib/clipboard.ts";
import { useStore } from "#lib/store.ts";
import { IconButton } from "#ui/button.tsx";
import { randomId } from "#lib/random-id.ts";
import { toast } from "#ui/toast.tsx";
import { useIde } from "../ide-context.ts";
import type { ActiveEditor } from "../text/active-editor.ts";
import styles from "./chat.module.css";

/** Code in an answer: to copy, to put where the cursor is, or to propose for the file that is open. */
export function CodeBlock({ text, language }: { readonly text: string; readonly language: string }) {
  const ide = useIde();
  const client = useTRPCClient();
  const { may } = useSession();
  const active = useStore(ide.activeEditor);
  const propose = useMutation({
    mutationFn: async (target: ActiveEditor) => {
      const { hash } = target.document.state.get();
      const content = withCode(target, text);
      if (hash === null || content === null) throw new Error("unsaved");
      return client.execution.createChangeSet.mutate({
        projectId: ide.projectId,
        title: `Code of the chat in ${target.document.path.slice(-150)}`,
        origin: { kind: "chat", name: "Chat", version: "1" },
        files: [{ path: target.document.path, kind: "modify", baseHash: hash, content }],
        key: randomId(),
      });
    },
    onSuccess: ({ id, title }) => ide.open({ kind: "change-set", id, title, path: "" }),
    onError: (error) => toast({ kind: "error", title: "The code was not proposed", detail: error.message === "unsaved" ? "Save the file first: the proposal is made on what is on the disk." : toProblem(error).message }),
  });
  return (
    <figure className={styles.code}>
      <figcaption className={styles.codeHead}>
        <span>{language}</span>
        <span className={styles.codeActions}>
          <IconButton icon="copy" label="Copy the code" onClick={() => void copyText(text).then(() => toast({ title: "Code copied" }))} />
          {active && may("workspace.file.write") ? <IconButton icon="go-to-file" label={`Insert at the cursor in ${active.document.path}`} onClick={() => insert(active, text)} /> : null}
          {active && may("execution.changeSet.create") ? <IconButton icon="diff" label={`Propose as a change of ${active.document.path}`} aria-busy={propose.isPending} onClick={() => propose.mutate(active)} /> : null}
        </span>
      </figcaption>
      <pre className={styles.codeText} tabIndex={0} aria-label={language === "" ? "Code" : `Code, ${language}`}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}

function insert({ editor }: ActiveEditor, text: string): void {
  const range = editor.getSelection();
  if (!range) return;
  editor.pushUndoStop();
  editor.executeEdits("chat", [{ range, text, forceMoveMarkers: true }]);
  editor.pushUndoStop();
  editor.focus();
}

/** The text of the editor with the code instead of what is selected, or at the cursor. Null while it is not saved. */
function withCode({ editor, document }: ActiveEditor, text: string): string | null {
  const model = editor.getModel();
  const range = editor.getSelection();
  if (!model || !range || document.state.get().dirty) return null;
  const whole = model.getValue();
  const [from, to] = [model.getOffsetAt(range.getStartPosition()), model.getOffsetAt(range.getEndPosition())];
  return whole.slice(0, from) + text.replace(/\n/g, model.getEOL()) + whole.slice(to);
}
