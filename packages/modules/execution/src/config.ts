import { z } from "zod";

const seconds = z.coerce.number().int().min(1).max(3_600);

const bytes = z.coerce.number().int().min(1_000_000);

export const ExecutionConfigSchema = z.strictObject({
  runs: z.strictObject({
    wallSeconds: z.coerce.number().int().min(1).max(86_400).meta({ description: "Longest time a run may take" }),
    cpuSeconds: z.coerce.number().int().min(1).max(86_400).meta({ description: "Most processor time of all processes of a run together" }),
    memoryBytes: bytes.meta({ description: "Most memory of all processes of a run together" }),
    processes: z.coerce.number().int().min(8).max(32_768).meta({ description: "Most processes and threads of a run" }),
    growthBytes: bytes.meta({ description: "Most bytes that a run may add to its project; less where the organization has less room left" }),
    outputBytes: bytes.max(100_000_000).meta({ description: "Most output that a run may print; it is kept" }),
  }),
  install: z.strictObject({
    registry: z.string().max(2_000).refine(isRegistry, "must be the http or https address of a package registry, or empty").meta({ description: "Address of the package registry that installations may reach; empty: the one of npm's own configuration" }),
    allowedPrivateHosts: z.array(z.string().max(253)).max(50).meta({ description: "Hosts of registries without TLS that installations may reach although their address is private" }),
  }),
  checkpoints: z.strictObject({
    keep: z.coerce.number().int().min(2).max(500).meta({ description: "Newest checkpoints of a project that are kept" }),
    maxBytes: bytes.meta({ description: "Most that the checkpoints of a project may take; older ones go first" }),
    organizationBytes: bytes.meta({ description: "Most that the checkpoints of all projects of an organization may take; the oldest go first, the newest of each project stays" }),
  }),
  validation: z.strictObject({
    stageSeconds: seconds.meta({ description: "Longest time one check of a proposed change may take" }),
    memoryMegabytes: z.coerce.number().int().min(128).meta({ description: "Most memory one check of a proposed change may take" }),
  }),
});
export type ExecutionConfig = z.output<typeof ExecutionConfigSchema>;

function isRegistry(text: string): boolean {
  return text === "" || z.url({ protocol: /^https?$/ }).safeParse(text).success;
}
