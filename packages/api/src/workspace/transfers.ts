import { fileTransfers } from "./file-transfers.ts";
import { exportArchiveTransfer, importArchiveTransfer } from "./project-transfers.ts";

/** Bytes that come in and go out, beside the procedures. */
export const workspaceTransfers = {
  importArchive: importArchiveTransfer,
  exportArchive: exportArchiveTransfer,
  ...fileTransfers,
};
