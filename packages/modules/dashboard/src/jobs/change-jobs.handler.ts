import type { JobHandler } from "@coder/shared/server";
import type { BulkRunner } from "../bulk/BulkRunner.ts";

export function changeJobsHandler({ runner }: { readonly runner: BulkRunner }): JobHandler<{ bulkId: string }> {
  return async ({ id, payload, caller, signal, progress, log }) => {
    const { changed, skipped, failed } = await runner.run({ bulkId: payload.bulkId, jobId: id, caller, signal, progress });
    log.info({ changed, skipped, failed }, `${changed} jobs changed, ${skipped} had changed by themselves, ${failed} could not be changed`);
  };
}
