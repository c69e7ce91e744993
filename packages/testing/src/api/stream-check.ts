import { z } from "zod";
import type { ContractRole } from "./contract-role.ts";
import type { SchemaReader } from "./schema-reader.ts";
import type { Stream } from "./operation.ts";
import { oddBodies, validBody, type Samples } from "./request-variants.ts";

export interface StreamCheckDeps {
  readonly url: string;
  readonly roles: readonly ContractRole[];
  readonly reader: SchemaReader;
  readonly tokenOf: (role: ContractRole) => Promise<string>;
  /** Headers that every request carries. */
  readonly headers: () => Record<string, string>;
  readonly samples: (stream: Stream, role: ContractRole | null) => Promise<Samples>;
  /** Null when it fits, otherwise what does not. */
  readonly misfit: (schema: unknown, value: unknown) => string | null;
  readonly report: (finding: string) => void;
  readonly asked: () => void;
}

/** How a stream began. `silent`: it stands, and nothing has happened yet. */
type Beginning = { readonly kind: "item"; readonly data: unknown } | { readonly kind: "silent" } | { readonly kind: "refused"; readonly status: number; readonly told: string };

const ErrorSchema = z.object({ message: z.string(), data: z.object({ httpStatus: z.number(), traceId: z.string(), error: z.object({ kind: z.string(), code: z.string(), message: z.string(), remedy: z.string() }) }) });
/** A stream that was let in and has nothing to tell is not waited for. */
const SILENT_MS = 1_000;

/** Holds the live streams of a document to it, over server-sent events: who may follow them, what they refuse, and what their items are. */
export class StreamCheck {
  readonly #deps: StreamCheckDeps;

  constructor(deps: StreamCheckDeps) {
    this.#deps = deps;
  }

  /** Whether it let somebody in who may. */
  async check(stream: Stream): Promise<boolean> {
    await this.#refusesStrangers(stream);
    const roles = stream.permission === null ? [null] : this.#deps.roles.filter(({ holds }) => holds(stream.permission ?? ""));
    const [first] = roles;
    if (first === undefined) this.#deps.report(`${stream.id}: none of the roles holds ${stream.permission}, so what it tells is not checked`);
    else await this.#refusesWhatIsNotAllowed(stream, first);
    let begun = false;
    for (const role of roles) begun = (await this.#tellsAsDocumented(stream, role)) || begun;
    return begun;
  }

  async #refusesStrangers(stream: Stream): Promise<void> {
    const input = JSON.stringify(await this.#validInput(stream, null));
    this.#expectRefusal(stream, "a made-up token", await this.#open(stream, input, "made-up-token"), [401]);
    if (stream.permission === null) return;
    this.#expectRefusal(stream, "nobody", await this.#open(stream, input, null), [401]);
    for (const role of this.#deps.roles.filter(({ holds }) => !holds(stream.permission ?? ""))) {
      this.#expectRefusal(stream, role.name, await this.#openAs(stream, input, role), [403]);
    }
  }

  async #refusesWhatIsNotAllowed(stream: Stream, role: ContractRole | null): Promise<void> {
    if (stream.input === undefined) return;
    const valid = await this.#validInput(stream, role);
    const fits = (schema: unknown, value: unknown) => this.#deps.misfit(schema, value) === null;
    for (const { what, body, expect } of oddBodies(stream.input, valid, this.#deps.reader, fits)) {
      const beginning = await this.#openAs(stream, body, role);
      if (expect === "invalid") this.#expectRefusal(stream, `${role?.name ?? "nobody"}, ${what}`, beginning, [400, 404, 409, 412, 413]);
      else this.#expectNoFailure(stream, `${role?.name ?? "nobody"}, ${what}`, beginning);
    }
  }

  async #tellsAsDocumented(stream: Stream, role: ContractRole | null): Promise<boolean> {
    const beginning = await this.#openAs(stream, JSON.stringify(await this.#validInput(stream, role)), role);
    this.#expectNoFailure(stream, `${role?.name ?? "nobody"}, a valid input`, beginning);
    return beginning.kind !== "refused";
  }

  #expectRefusal(stream: Stream, who: string, beginning: Beginning, allowed: readonly number[]): void {
    this.#expectNoFailure(stream, who, beginning);
    const found = beginning.kind === "refused" ? beginning.status : null;
    if (found === null || !allowed.includes(found)) this.#deps.report(`${stream.id} (live), ${who}: ${found === null ? "was let in" : `answered ${found}`} instead of ${allowed.join(" or ")}`);
  }

  #expectNoFailure(stream: Stream, who: string, beginning: Beginning): void {
    if (beginning.kind === "refused" && (beginning.status >= 500 || beginning.status < 400)) this.#deps.report(`${stream.id} (live), ${who}: failed with ${beginning.status}: ${beginning.told}`);
    const wrong = beginning.kind === "item" ? this.#deps.misfit(stream.item, beginning.data) : null;
    if (wrong !== null) this.#deps.report(`${stream.id} (live), ${who}: told what is not documented: ${wrong}`);
  }

  async #validInput(stream: Stream, role: ContractRole | null): Promise<unknown> {
    return stream.input === undefined ? undefined : validBody(stream.input, this.#deps.reader, await this.#deps.samples(stream, role));
  }

  async #openAs(stream: Stream, input: string | undefined, role: ContractRole | null): Promise<Beginning> {
    return this.#open(stream, input, role === null ? null : await this.#deps.tokenOf(role));
  }

  async #open({ id }: Stream, input: string | undefined, token: string | null): Promise<Beginning> {
    this.#deps.asked();
    const leave = new AbortController();
    const query = input === undefined ? "" : `?input=${encodeURIComponent(input)}`;
    const headers = { ...this.#deps.headers(), ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    try {
      const response = await fetch(`${this.#deps.url}/api/trpc/${id}${query}`, { headers, signal: leave.signal });
      if (response.status !== 200) return { kind: "refused", status: response.status, told: (await response.text()).slice(0, 300) };
      return await beginningOf(response);
    } finally {
      leave.abort();
    }
  }
}

async function beginningOf(response: Response): Promise<Beginning> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const { promise: silent, resolve } = Promise.withResolvers<"silent">();
  const timer = setTimeout(() => resolve("silent"), SILENT_MS);
  try {
    for (let text = ""; ; ) {
      const read = await Promise.race([reader?.read(), silent]);
      if (read === undefined || read === "silent" || read.done) return { kind: "silent" };
      text += read.value;
      const [first] = eventsOf(text);
      if (first !== undefined) return first;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** What the whole events of a text say, without those that only keep the connection. */
function eventsOf(text: string): readonly Beginning[] {
  return text.split("\n\n").slice(0, -1).flatMap((block) => {
    const line = (name: string) => block.split("\n").find((each) => each.startsWith(`${name}: `))?.slice(name.length + 2);
    const [event = "message", data] = [line("event"), line("data")];
    if (event === "return") return [{ kind: "silent" as const }];
    if (data === undefined || event === "connected" || event === "ping") return [];
    return [event === "serialized-error" ? refusalOf(JSON.parse(data)) : { kind: "item" as const, data: JSON.parse(data) }];
  });
}

function refusalOf(data: unknown): Beginning {
  const error = ErrorSchema.safeParse(data).data;
  return error ? { kind: "refused", status: error.data.httpStatus, told: error.data.error.code } : { kind: "refused", status: 0, told: `an error that is not one of ours: ${JSON.stringify(data).slice(0, 300)}` };
}
