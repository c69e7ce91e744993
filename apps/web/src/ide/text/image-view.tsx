"use client";

import { useState } from "react";
import { bytes as formatBytes } from "#lib/size.ts";
import { Button } from "#ui/button.tsx";
import { StateView } from "#ui/states.tsx";
import { readablePath } from "../files/file-address.ts";
import { saveAs } from "../files/transfer.ts";
import { useIde } from "../ide-context.ts";
import styles from "./text.module.css";

/** An image, whole, or at its own size where that is larger. */
export function ImageView({ url, path, sizeBytes }: { readonly url: string; readonly path: string; readonly sizeBytes: number }) {
  const { files } = useIde();
  const [size, setSize] = useState<{ readonly width: number; readonly height: number } | null>(null);
  const [broken, setBroken] = useState(false);
  const [whole, setWhole] = useState(true);
  if (broken) {
    return (
      <StateView icon="file-media" title={`${readablePath(path)} cannot be drawn`} actions={<Button onClick={() => saveAs(files.downloadUrl(path))}>Download</Button>}>
        <p>Its name says that it is an image; its content is none that this browser knows.</p>
      </StateView>
    );
  }
  return (
    <div className={styles.image}>
      <div className={styles.imageArea} tabIndex={0} role="group" aria-label="Image">
        <img
          key={url}
          src={url}
          alt={readablePath(path)}
          data-whole={whole || undefined}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize({ width: naturalWidth, height: naturalHeight })}
          onError={() => setBroken(true)}
        />
      </div>
      <footer className={styles.imageFacts}>
        <span>
          {size ? `${size.width} × ${size.height}, ` : ""}
          {formatBytes(sizeBytes)}
        </span>
        <Button variant="quiet" onClick={() => setWhole(!whole)}>
          {whole ? "Show at its own size" : "Fit into the window"}
        </Button>
      </footer>
    </div>
  );
}
