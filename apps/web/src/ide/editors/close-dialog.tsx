"use client";

import { useState } from "react";
import { useStore } from "#lib/store.ts";
import { Button } from "#ui/button.tsx";
import { Dialog, DialogActions } from "#ui/dialog.tsx";
import { readablePath } from "../files/file-address.ts";
import { useIde } from "../ide-context.ts";
import { baseName } from "./editor-input.ts";
import type { CloseRequest } from "./editors.ts";

/** Stands before unsaved text is lost: the one question that closing a tab can raise. */
export function CloseDialog() {
  const { editors } = useIde();
  const request = useStore(editors.undecided);
  const close = () => {
    editors.undecided.set(null);
    editors.focusActive();
  };
  const names = request?.inputs.map(({ path }) => readablePath(baseName(path))) ?? [];
  const title = names.length === 1 ? `Save what you changed in ${names[0]}?` : `Save what you changed in ${names.length} files?`;
  return (
    <Dialog open={request !== null} onClose={close} title={title}>
      {request ? <Decision request={request} names={names} onDone={close} /> : null}
    </Dialog>
  );
}

function Decision({ request, names, onDone }: { readonly request: CloseRequest; readonly names: readonly string[]; readonly onDone: () => void }) {
  const { documents, editors } = useIde();
  const [saving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    const saved = await Promise.all(request.inputs.map(({ path }) => documents.get(path).save()));
    setSaving(false);
    // What could not be saved stays open, and says why.
    editors.closeNow(request.group, request.tabs.filter((_, index) => saved[index] === true));
    onDone();
  };
  const discard = () => {
    editors.closeNow(request.group, request.tabs);
    for (const { path } of request.inputs) void documents.discard(path);
    onDone();
  };
  return (
    <>
      {names.length > 1 ? (
        <ul>
          {names.slice(0, 8).map((name, index) => (
            <li key={`${index}${name}`}>{name}</li>
          ))}
          {names.length > 8 ? <li>and {names.length - 8} more</li> : null}
        </ul>
      ) : null}
      <p>Without saving, what you typed is gone.</p>
      <DialogActions>
        <Button variant="danger" onClick={discard}>
          Close without saving
        </Button>
        <Button onClick={onDone}>Cancel</Button>
        <Button variant="primary" pending={saving} autoFocus onClick={() => void save()}>
          {names.length === 1 ? "Save" : "Save all"}
        </Button>
      </DialogActions>
    </>
  );
}
