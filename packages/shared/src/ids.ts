import { z } from "zod";

/** Ids are UUIDs (version 7 where we make them, so that they sort by time). The brand keeps one kind from passing for another. */
function brandedId<Brand extends string>() {
  return z.uuid().brand<Brand>();
}

export const OrganizationIdSchema = brandedId<"OrganizationId">();
export type OrganizationId = z.infer<typeof OrganizationIdSchema>;

export const UserIdSchema = brandedId<"UserId">();
export type UserId = z.infer<typeof UserIdSchema>;

export const SessionIdSchema = brandedId<"SessionId">();
export type SessionId = z.infer<typeof SessionIdSchema>;
