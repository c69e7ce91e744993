"use client";

import { bytes as formatBytes } from "#lib/size.ts";
import { useStore } from "#lib/store.ts";
import { count, plural } from "#lib/time.ts";
import { Button, IconButton } from "#ui/button.tsx";
import { Icon } from "#ui/icon.tsx";
import { Progress } from "#ui/progress.tsx";
import { readablePath } from "../files/file-address.ts";
import { useIdeSession } from "../ide-context.ts";
import styles from "./explorer.module.css";

const NAMED = 3;

/** How far an upload is, what stands in its way, and what failed. Nothing while there is none. */
export function UploadBar() {
  const { uploads } = useIdeSession();
  const { running, files, doneFiles, bytes, doneBytes, collisions, failed } = useStore(uploads);
  if (running) {
    return (
      <div className={styles.upload} role="status">
        <div className={styles.uploadRow}>
          <span className={styles.uploadText}>
            Uploading {count(Math.min(doneFiles + 1, files))} of {count(files)}, {formatBytes(doneBytes)} of {formatBytes(bytes)}
          </span>
          <Button variant="quiet" onClick={() => uploads.cancel()}>
            Cancel
          </Button>
        </div>
        <Progress label="Upload" done={doneBytes} total={bytes} />
      </div>
    );
  }
  if (collisions.length > 0) {
    return (
      <div className={styles.upload} role="alert">
        <div>
          {collisions.length === 1 ? `${readablePath(collisions[0]?.path ?? "")} is` : `${plural(collisions.length, "file", "files")} are`} there already. Replace {collisions.length === 1 ? "it" : "them"}?
        </div>
        <div className={styles.uploadActions}>
          <Button onClick={() => uploads.decide(false)}>Keep what is there</Button>
          <Button variant="danger" onClick={() => uploads.decide(true)}>
            Replace
          </Button>
        </div>
      </div>
    );
  }
  if (failed.length === 0) return null;
  return (
    <div className={styles.upload} role="alert" data-tone="error">
      <div className={styles.uploadRow}>
        <span className={styles.uploadText}>
          <Icon name="error" /> {plural(failed.length, "file", "files")} could not be uploaded
        </span>
        <IconButton icon="close" label="Dismiss" onClick={() => uploads.dismiss()} />
      </div>
      <ul className={styles.failures}>
        {failed.slice(0, NAMED).map(({ path, problem }) => (
          <li key={path}>
            {readablePath(path)}: {problem.message} {problem.remedy}
          </li>
        ))}
        {failed.length > NAMED ? <li>and {count(failed.length - NAMED)} more</li> : null}
      </ul>
    </div>
  );
}
