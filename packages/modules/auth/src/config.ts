import { z } from "zod";

const seconds = () => z.coerce.number().int().min(1).max(86_400);

export const AuthConfigSchema = z.strictObject({
  sessions: z.strictObject({
    absoluteHours: z.coerce.number().int().min(1).max(8_760).meta({ description: "Hours after which a session ends, however much it is used" }),
    idleMinutes: z.coerce.number().int().min(5).max(525_600).meta({ description: "Minutes after its last use at which a session ends" }),
    clockToleranceMinutes: z.coerce
      .number()
      .int()
      .min(0)
      .max(1_440)
      .meta({ description: "How far ahead of this machine's clock a session may have begun. One from further ahead is refused, or a wrong clock would make it last for ever" }),
    keepEndedHours: z.coerce.number().int().min(1).max(8_760).meta({ description: "Hours for which sessions that ran out are kept, so that a clock set wrong and right again ends nobody's session for good" }),
  }),
  passwords: z.strictObject({
    minLength: z.coerce.number().int().min(8).max(128).meta({ description: "Fewest characters of a new password" }),
    memoryKiB: z.coerce.number().int().min(1_024).max(4_194_304).meta({ description: "Memory of one Argon2id hash in KiB" }),
    iterations: z.coerce.number().int().min(1).max(20).meta({ description: "Passes of one Argon2id hash" }),
    parallelism: z.coerce.number().int().min(1).max(16).meta({ description: "Lanes of one Argon2id hash" }),
    concurrency: z.coerce.number().int().min(1).max(64).meta({ description: "Password hashes one process computes side by side; each holds `memoryKiB`" }),
    queueLimit: z.coerce.number().int().min(0).max(10_000).meta({ description: "Password hashes that may wait for their turn; more are answered with 429" }),
  }),
  lockout: z.strictObject({
    accountAttempts: z.coerce.number().int().min(1).max(1_000).meta({ description: "Wrong passwords for one account before it is locked for a while" }),
    accountDelaySeconds: seconds().meta({ description: "How long an account is locked the first time; each further wrong password doubles it" }),
    accountMaxDelaySeconds: seconds().meta({ description: "Longest time for which an account is locked" }),
    networkAttempts: z.coerce.number().int().min(1).max(100_000).meta({ description: "Failed sign-ins and sign-ups from one network (an IPv4 address, an IPv6 /64) before it has to wait" }),
    networkDelaySeconds: seconds().meta({ description: "How long a network waits the first time; each further failure doubles it" }),
    networkMaxDelaySeconds: seconds().meta({ description: "Longest time for which a network waits" }),
    forgetAfterMinutes: z.coerce.number().int().min(1).max(43_200).meta({ description: "Minutes without a failure after which the failures before are forgotten" }),
  }),
});
export type AuthConfig = z.output<typeof AuthConfigSchema>;
