import type { EndEgressInput, NoteEgressInput } from "@coder/api/ai-service";
import type { EgressClient } from "../endpoint/egress.ts";

export interface Noted extends NoteEgressInput {
  end: EndEgressInput | null;
}

/** The ledger of what left the product, in memory. */
export class FakeLedger {
  readonly entries: Noted[] = [];
  /** Refuses to write anything down. */
  broken = false;

  readonly client: EgressClient = (() => ({
    noteEgress: async (note: NoteEgressInput) => {
      if (this.broken) throw new Error("The ledger cannot be written");
      this.entries.push({ ...note, end: null });
      return {};
    },
    endEgress: async (end: EndEgressInput) => {
      const entry = this.entries.find(({ id }) => id === end.id);
      if (entry) entry.end = end;
      return {};
    },
  })) as unknown as EgressClient;
}
