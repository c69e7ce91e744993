"use client";

import { ProjectNameSchema, ProjectSchema, workspaceTransfers } from "@coder/api/workspace";
import { transferPath } from "@coder/shared";
import { type DragEvent, type FormEvent, useEffect, useRef, useState } from "react";
import { type Problem, toProblem } from "#api/problem.ts";
import { uploadWithProgress, type UploadProgress } from "#ide/files/transfer.ts";
import { bytes } from "#lib/size.ts";
import { Button } from "#ui/button.tsx";
import { DialogActions } from "#ui/dialog.tsx";
import { TextField } from "#ui/field.tsx";
import { Icon } from "#ui/icon.tsx";
import { Progress } from "#ui/progress.tsx";
import { InlineProblem } from "#ui/states.tsx";
import type { ImportFormProps } from "./import-form.ts";
import styles from "./projects.module.css";

const ENDINGS = /\.(zip|tar\.gz|tgz|tar)$/i;
const ACCEPTED = ".zip,.tar,.gz,.tgz,application/zip,application/gzip,application/x-tar";

/** An archive of the person's machine, dropped or chosen. */
export function ImportArchive({ onStarted, onCancel }: ImportFormProps) {
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [over, setOver] = useState(false);
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const sending = useRef<AbortController | null>(null);
  const input = useRef<HTMLInputElement>(null);
  // A dialogue that is closed takes its upload along.
  useEffect(() => () => sending.current?.abort(), []);

  const choose = (chosen: File | undefined) => {
    if (!chosen) return;
    setFile(chosen);
    setProblem(null);
    setFault(ENDINGS.test(chosen.name) ? null : "Choose a .zip, .tar.gz or .tar");
    setName((now) => (now === "" ? chosen.name.replace(ENDINGS, "") : now));
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    choose(event.dataTransfer.files[0]);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!file) {
      setFault("Choose an archive first");
      input.current?.focus();
      return;
    }
    const abort = new AbortController();
    sending.current = abort;
    setProblem(null);
    setFault(null);
    setProgress({ sent: 0, total: file.size });
    try {
      const url = transferPath(workspaceTransfers.importArchive, { fileName: file.name, ...(name.trim() === "" ? {} : { name: name.trim() }) });
      onStarted(await uploadWithProgress(url, file, ProjectSchema, { signal: abort.signal, onProgress: setProgress }));
    } catch (error) {
      if (!abort.signal.aborted) setProblem(toProblem(error));
    } finally {
      setProgress(null);
    }
  };
  const nameFault = name.trim() === "" ? undefined : ProjectNameSchema.safeParse(name.trim()).error?.issues[0]?.message;

  return (
    <form className={styles.form} aria-label="Import an archive" noValidate onSubmit={(event) => void submit(event)}>
      {problem ? <InlineProblem problem={problem} /> : null}
      <div
        className={styles.dropZone}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        {progress ? (
          <>
            <span className={styles.chosenFile}>{file?.name}</span>
            <span className={styles.progressRow}>
              <Progress label="Upload" done={progress.sent} total={progress.total} />
              <span className={styles.progressText}>{progress.total === 0 ? "" : `${Math.floor((progress.sent / progress.total) * 100)} %`}</span>
            </span>
            <span>
              {bytes(progress.sent)} of {bytes(progress.total)} sent
            </span>
          </>
        ) : (
          <>
            {file ? (
              <span className={styles.chosenFile}>
                <Icon name="file-zip" /> {file.name}, {bytes(file.size)}
              </span>
            ) : (
              <span>Drop a .zip, .tar.gz or .tar here</span>
            )}
            <Button onClick={() => input.current?.click()}>{file ? "Choose another" : "Choose an archive"}</Button>
          </>
        )}
        <input ref={input} type="file" accept={ACCEPTED} hidden onChange={(event) => choose(event.target.files?.[0])} />
        <span role="alert">{fault}</span>
      </div>
      <TextField label="Name" optional help="The archive's name, if it is left empty." error={nameFault} name="name" value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" spellCheck={false} />
      <DialogActions>
        <Button onClick={progress ? () => sending.current?.abort() : onCancel}>{progress ? "Cancel the upload" : "Cancel"}</Button>
        <Button type="submit" variant="primary" pending={progress !== null}>
          Import
        </Button>
      </DialogActions>
    </form>
  );
}
