import path from "node:path";
import { Readable } from "node:stream";
import { workspaceTransfers, type FileDownload } from "@coder/api/workspace";
import { handleTransfer, type SeekableContent, type TransferBinding } from "@coder/shared/server";
import type { Files } from "./Files.ts";

/** How files come and go as bytes. */
export function bindFileTransfers(files: Files): readonly TransferBinding[] {
  return [
    handleTransfer(workspaceTransfers.readFile, async ({ caller, input, signal }) => {
      const file = await files.readFile(caller, input, signal);
      return { contentType: "application/octet-stream", fileName: path.posix.basename(file.path), etag: `sha256:${file.hash}`, content: seekable(file) };
    }),
    handleTransfer(workspaceTransfers.writeFile, {
      maxBytes: () => files.maxFileBytes,
      handle: ({ caller, input, body }) => files.writeFile(caller, input, body),
    }),
  ];
}

function seekable(file: FileDownload): SeekableContent {
  return {
    size: file.sizeBytes,
    // Both ends belong to the range of HTTP.
    read: (from, to) => Readable.from(file.body(from === 0 && to === file.sizeBytes - 1 ? undefined : { start: from, end: to + 1 })),
  };
}
