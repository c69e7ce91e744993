import type { Caller, Done } from "@coder/shared";
import { serviceRef } from "@coder/shared/trpc";
import type {
  AuditEntry, AuditEntryPage, AuditScope, BeginEntryInput, BegunEntry, ChainReport, CompleteEntryInput, GetEntryInput, ListEntriesInput,
} from "./schemas.ts";

export interface ILoggingService {
  /** Newest first. */
  listEntries(caller: Caller, input: ListEntriesInput, scope: AuditScope): Promise<AuditEntryPage>;
  /** `not_found` for another organization's entry. */
  getEntry(caller: Caller, input: GetEntryInput): Promise<AuditEntry>;
  /** Reads the whole chain, oldest first, and recomputes each hash. */
  verifyChain(caller: Caller, scope: AuditScope): Promise<ChainReport>;
  /** Notes durably that an action starts. */
  beginEntry(caller: Caller, input: BeginEntryInput): Promise<BegunEntry>;
  /** Turns the note into an entry of the chain. Repeating it changes nothing. */
  completeEntry(caller: Caller, input: CompleteEntryInput): Promise<Done>;
}

export const loggingRef = serviceRef<ILoggingService>("logging");
