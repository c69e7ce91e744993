import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { readApiDocument, type ApiDocument, type Content, type Operation } from "./api/operation.ts";
import { StreamCheck } from "./api/stream-check.ts";
import type { ContractRole } from "./api/contract-role.ts";
import { oddRequests, validRequest, type RequestVariant, type Samples } from "./api/request-variants.ts";

export interface ApiContractOptions {
  readonly url: string;
  readonly roles: readonly ContractRole[];
  /**
   * Says where each request comes from, in `X-Forwarded-For`. For an edge that trusts this machine as a proxy: limits per address
   * would otherwise answer in place of the operations.
   */
  readonly address?: () => string;
  /** Which operations are checked; all without it. */
  readonly only?: (operation: string) => boolean;
  /** Operation → values for its fields that no generator can know, made anew for each request that is meant to succeed. */
  readonly samples?: Readonly<Record<string, (role: ContractRole | null) => Promise<Samples> | Samples>>;
}

export interface ContractReport {
  /** Operations and live streams. */
  readonly operations: number;
  readonly requests: number;
  /** Requests that a rate limit answered, so that nothing was learnt from them. */
  readonly limited: number;
  /** Operations that no request got a success from: their good answers were not checked. Samples help. */
  readonly neverSucceeded: readonly string[];
  /** What is not as documented; empty when the contract holds. */
  readonly findings: readonly string[];
}

/**
 * Holds a running edge to its own OpenAPI document, every operation of it:
 * - answers have a documented status, and a body that validates; none says that we failed;
 * - 401 without a session and with a made-up one, 403 for every role that does not hold the permission;
 * - 4xx on whatever the schemas do not allow: missing, of a wrong type, past a border, unknown to a strict input, hostile;
 * - bytes that go out are to be saved and not shown, whatever range of them is asked for;
 * - live streams, which have no REST form, the same over server-sent events.
 *
 * What changes something comes after everything that only looks, and what deletes comes last.
 */
export async function checkApiContract(options: ApiContractOptions): Promise<ContractReport> {
  const response = await fetch(`${options.url}/api/v1/openapi.json`);
  const published = readApiDocument(await response.json());
  const { only } = options;
  const document = only ? { ...published, operations: published.operations.filter(({ id }) => only(id)), streams: published.streams.filter(({ id }) => only(id)) } : published;
  const check = new ContractCheck(options, document);
  await check.streams();
  for (const operation of document.operations) await check.refusesStrangers(operation);
  for (const operation of document.operations) await check.refusesWhatIsNotAllowed(operation);
  for (const operation of inOrderOfHarm(document.operations)) await check.answersAsDocumented(operation);
  return check.report();
}

const HARM = ["GET", "PUT", "PATCH", "POST", "DELETE"];

function inOrderOfHarm(operations: readonly Operation[]): readonly Operation[] {
  return [...operations].sort((a, b) => HARM.indexOf(a.method) - HARM.indexOf(b.method));
}

interface Answer {
  /** 0 where the connection broke before the end of the answer. */
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

class ContractCheck {
  readonly #options: ApiContractOptions;
  readonly #document: ApiDocument;
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<unknown, ValidateFunction>();
  readonly #tokens = new Map<ContractRole, string>();
  readonly #findings: string[] = [];
  readonly #succeeded = new Set<string>();
  #requests = 0;
  #limited = 0;

  constructor(options: ApiContractOptions, document: ApiDocument) {
    this.#options = options;
    this.#document = document;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ ...document.raw, $id: "document" });
  }

  report(): ContractReport {
    const all = [...this.#document.operations, ...this.#document.streams];
    const neverSucceeded = all.map(({ id }) => id).filter((id) => !this.#succeeded.has(id));
    return { operations: all.length, requests: this.#requests, limited: this.#limited, neverSucceeded, findings: this.#findings };
  }

  async streams(): Promise<void> {
    const { url, roles } = this.#options;
    const check = new StreamCheck({
      url,
      roles,
      reader: this.#document.reader,
      headers: () => this.#address(),
      tokenOf: (role) => this.#tokenOf(role),
      samples: (stream, role) => this.#samples(stream, role),
      misfit: (schema, value) => this.#fits(schema, value),
      report: (finding) => this.#findings.push(finding),
      asked: () => (this.#requests += 1),
    });
    for (const stream of this.#document.streams) if (await check.check(stream)) this.#succeeded.add(stream.id);
  }

  async refusesStrangers(operation: Operation): Promise<void> {
    const { permission } = operation;
    const request = validRequest(operation, this.#document.reader, {});
    this.#expect(operation, "a made-up token", { ...request, what: "any request" }, await this.#send(operation, request, "made-up-token"), [401]);
    if (permission === null) return;
    this.#expect(operation, "nobody", { ...request, what: "any request" }, await this.#send(operation, request, null), [401]);
    for (const role of this.#options.roles.filter(({ holds }) => !holds(permission))) {
      this.#expect(operation, role.name, { ...request, what: "any request" }, await this.#sendAs(operation, request, role), [403]);
    }
  }

  async refusesWhatIsNotAllowed(operation: Operation): Promise<void> {
    const role = this.#somebodyWhoMay(operation);
    if (role === undefined) return;
    const fits = (schema: unknown, value: unknown) => this.#fits(schema, value) === null;
    for (const variant of oddRequests(operation, this.#document.reader, await this.#samples(operation, role), fits)) {
      const answer = await this.#sendAs(operation, variant, role);
      this.#expect(operation, role?.name ?? "nobody", variant, answer, variant.expect === "invalid" ? [400, 404, 409, 412, 413, 415] : null);
    }
  }

  async answersAsDocumented(operation: Operation): Promise<void> {
    const { permission } = operation;
    const roles = permission === null ? [null] : this.#options.roles.filter(({ holds }) => holds(permission));
    for (const role of roles) {
      const request = validRequest(operation, this.#document.reader, await this.#samples(operation, role));
      this.#expect(operation, role?.name ?? "nobody", request, await this.#sendAs(operation, request, role), null);
    }
  }

  /** Null for nobody in particular, where everybody may; undefined when none of the roles may. */
  #somebodyWhoMay({ id, permission }: Operation): ContractRole | null | undefined {
    if (permission === null) return null;
    const role = this.#options.roles.find(({ holds }) => holds(permission));
    if (role === undefined) this.#findings.push(`${id}: none of the roles holds ${permission}, so what it answers is not checked`);
    return role;
  }

  #expect(operation: Operation, who: string, { what }: RequestVariant, answer: Answer, allowed: readonly number[] | null): void {
    const { status, body } = answer;
    const problem = (text: string) => this.#findings.push(`${operation.id} (${operation.method} ${operation.path}), ${who}, ${what}: ${text}`);
    if (status === 0) return void problem(`the answer broke off: ${String(body)}`);
    if (status < 300) this.#succeeded.add(operation.id);
    if (status === 429) this.#limited += 1;
    else if (allowed !== null && !allowed.includes(status)) problem(`answered ${status} instead of ${allowed.join(" or ")}: ${JSON.stringify(body)?.slice(0, 300)}`);
    if (status >= 500) problem(`failed with ${status}: ${JSON.stringify(body)?.slice(0, 300)}`);
    if (!operation.answers.has(status)) {
      problem(`answered ${status}, which is not documented`);
      return;
    }
    const wrong = this.#wrongContent(operation.answers.get(status) ?? { kind: "nothing" }, answer);
    if (wrong !== null) problem(`answered ${status} with a body that is not as documented: ${wrong}`);
  }

  #wrongContent(content: Content, { body, headers }: Answer): string | null {
    if (content.kind === "json") return this.#fits(content.schema, body);
    if (content.kind === "nothing") return body === undefined ? null : "there is a body where none is documented";
    return headers.get("content-disposition")?.startsWith("attachment;") && headers.get("x-content-type-options") === "nosniff" ? null : "a browser would show it instead of saving it";
  }

  /** Null when it fits, otherwise what does not. */
  #fits(schema: unknown, value: unknown): string | null {
    const validate = this.#compiled.get(schema) ?? this.#compile(schema);
    if (validate(value)) return null;
    return this.#ajv.errorsText(validate.errors, { dataVar: "body" });
  }

  #compile(schema: unknown): ValidateFunction {
    // References in the document start at its root; as part of it they have to name it.
    const text = JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/');
    const validate = this.#ajv.compile(JSON.parse(text));
    this.#compiled.set(schema, validate);
    return validate;
  }

  async #samples({ id }: { readonly id: string }, role: ContractRole | null): Promise<Samples> {
    return (await this.#options.samples?.[id]?.(role)) ?? {};
  }

  async #sendAs(operation: Operation, request: RequestVariant, role: ContractRole | null): Promise<Answer> {
    if (role === null) return this.#send(operation, request, null);
    const answer = await this.#send(operation, request, await this.#tokenOf(role));
    const lost = answer.status === 401 || (answer.status === 403 && operation.permission !== null && role.holds(operation.permission));
    if (!lost) return answer;
    this.#tokens.delete(role);
    return this.#send(operation, request, await this.#tokenOf(role));
  }

  #address(): Record<string, string> {
    const address = this.#options.address?.();
    return address === undefined ? {} : { "x-forwarded-for": address };
  }

  async #tokenOf(role: ContractRole): Promise<string> {
    const known = this.#tokens.get(role);
    if (known !== undefined) return known;
    const token = await role.signIn();
    this.#tokens.set(role, token);
    return token;
  }

  async #send(operation: Operation, { path, query, body, headers }: RequestVariant, token: string | null): Promise<Answer> {
    this.#requests += 1;
    const filled = operation.path.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(path[name] ?? ""));
    const search = new URLSearchParams(query).toString();
    return answerOf(`${this.#options.url}/api/v1${filled}${search === "" ? "" : `?${search}`}`, {
      method: operation.method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": typeof body === "string" ? "application/json" : "application/octet-stream" }),
        ...headers,
        ...this.#address(),
      },
      body: body ?? null,
    });
  }
}

async function answerOf(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : parsed(text) };
  } catch (error) {
    return { status: 0, headers: new Headers(), body: error };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { notJson: text.slice(0, 200) };
  }
}
