"use client";

import { useState } from "react";
import { bytes as formatBytes } from "#lib/size.ts";
import { Button } from "#ui/button.tsx";
import { StateView } from "#ui/states.tsx";
import { baseName } from "../editors/editor-input.ts";
import { readablePath } from "../files/file-address.ts";
import { saveAs } from "../files/transfer.ts";
import { useIde } from "../ide-context.ts";
import { MAX_TEXT_BYTES } from "./DocumentFile.ts";
import type { TextDocument } from "./TextDocument.ts";

/** A file that is too large to be edited. */
export function LargePage({ document, sizeBytes }: { readonly document: TextDocument; readonly sizeBytes: number }) {
  const [opening, setOpening] = useState(false);
  const openFirstPart = async () => {
    setOpening(true);
    await document.openFirstPart();
    setOpening(false);
  };
  return (
    <StateView
      icon="file"
      title={`${readablePath(baseName(document.path))} is ${formatBytes(sizeBytes)}`}
      actions={
        <>
          <Button variant="primary" pending={opening} onClick={() => void openFirstPart()}>
            Read the first part
          </Button>
          <DownloadButton path={document.path} />
        </>
      }
    >
      <p>Files up to {formatBytes(MAX_TEXT_BYTES)} can be edited here. Of this one the first megabyte can be read.</p>
    </StateView>
  );
}

/** A file that is no text. */
export function BinaryPage({ path, sizeBytes }: { readonly path: string; readonly sizeBytes: number }) {
  return (
    <StateView icon="file-binary" title={`${readablePath(baseName(path))} is not text`} actions={<DownloadButton path={path} />}>
      <p>{formatBytes(sizeBytes)}. It can be downloaded, moved and deleted, and not be edited here.</p>
    </StateView>
  );
}

function DownloadButton({ path }: { readonly path: string }) {
  const { files } = useIde();
  return (
    <Button icon="desktop-download" onClick={() => saveAs(files.downloadUrl(path))}>
      Download
    </Button>
  );
}
