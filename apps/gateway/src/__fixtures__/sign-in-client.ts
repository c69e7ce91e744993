import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { TestInstallation } from "@coder/testing";
import { z } from "zod";

export const PASSWORD = "quiet otters juggle lanterns";

const StartedSchema = z.object({ sessionId: z.string(), userId: z.string(), organizationId: z.string().nullable(), token: z.string().nullable() });
const FaultSchema = z.object({ code: z.string() });

export interface Answer {
  readonly status: number;
  /** `done`, or the code of the refusal. */
  readonly code: string;
  readonly body: unknown;
  readonly cookie: string | null;
}

/** Cheap hashes and, where given, other settings, in the operator's file: what is tested here is not how slow a hash is. */
export async function configure(installation: TestInstallation, yaml = ""): Promise<void> {
  const directory = installation.env["CODER_DATA"] ?? "";
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, "coder.yaml"), `auth:\n  passwords:\n    memoryKiB: 1024\n    iterations: 1\n${yaml}`);
}

/** One browser or program, with an address of its own where the proxy is trusted. */
export class SignInClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, options: { readonly address?: string; readonly token?: string | null; readonly cookie?: string } = {}) {
    this.#url = url;
    this.#headers = {
      "content-type": "application/json",
      origin: url,
      ...(options.address === undefined ? {} : { "x-forwarded-for": options.address }),
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
    };
  }

  async ask(method: string, route: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.#url}/api/v1${route}`, { method, headers: this.#headers, body: body === undefined ? null : JSON.stringify(body) });
    const answer: unknown = await response.json();
    return { status: response.status, code: response.ok ? "done" : codeOf(answer), body: answer, cookie: response.headers.get("set-cookie") };
  }

  signUp(email: string, more: object = {}): Promise<Answer> {
    return this.ask("POST", "/auth/sign-up", { email, password: PASSWORD, name: "Somebody", delivery: "token", ...more });
  }

  signIn(email: string, password = PASSWORD, more: object = {}): Promise<Answer> {
    return this.ask("POST", "/auth/sign-in", { email, password, delivery: "token", ...more });
  }

  current(): Promise<Answer> {
    return this.ask("GET", "/auth/session");
  }
}

export function startedOf(answer: Answer): z.output<typeof StartedSchema> {
  return StartedSchema.parse(answer.body);
}

export function count(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of answers) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

function codeOf(body: unknown): string {
  const found = FaultSchema.safeParse(body).data ?? z.object({ error: FaultSchema }).safeParse(body).data?.error;
  return found?.code ?? JSON.stringify(body);
}
