import { registry } from "@coder/modules";
import type { PermissionCatalogue } from "@coder/shared";
import { kernelPermissions } from "@coder/shared/trpc";
import { createTestInstallation, type ContractRole, type TestInstallation } from "@coder/testing";
import { z } from "zod";

export const PASSWORD = "correct horse battery 9";
const SessionSchema = z.object({ token: z.string(), userId: z.string(), sessionId: z.string(), organizationId: z.string().nullable() });
const InvitationSchema = z.object({ id: z.string(), token: z.string() });
const ROLES = ["owner", "admin", "member", "auditor"] as const;

/** Values for the fields of a module's operations that no generator can know, by operation; made anew for each request. */
export type ApiSamples = (world: ContractWorld) => Readonly<Record<string, (role: ContractRole | null) => Promise<Readonly<Record<string, unknown>>> | Readonly<Record<string, unknown>>>>;

/** An installation that serves the whole API, and people of one organization, by role. */
export class ContractWorld {
  readonly url: string;
  readonly installation: TestInstallation;
  readonly #emails = new Map<string, string>();
  #joined = 0;
  #requests = 0;

  private constructor(installation: TestInstallation, url: string) {
    this.installation = installation;
    this.url = url;
  }

  static async open(): Promise<ContractWorld> {
    const installation = await createTestInstallation();
    const host = await installation.host({ modules: registry, roles: ["http"], env: { TRUSTED_PROXIES: "127.0.0.1", REQUESTS_PER_MINUTE: "1000000" } });
    const world = new ContractWorld(installation, host.url ?? "");
    world.#emails.set("owner", "owner@example.com");
    await world.ask(SessionSchema, "POST", "/auth/sign-up", { body: { email: "owner@example.com", name: "Owner", password: PASSWORD, delivery: "token" } });
    for (const role of ROLES.slice(1)) world.#emails.set(role, (await world.join(role)).email);
    return world;
  }

  get roles(): readonly ContractRole[] {
    const catalogue: PermissionCatalogue = Object.assign({}, kernelPermissions, ...registry.map((module) => module.permissions));
    return ROLES.map((name) => ({
      name,
      signIn: async () => (await this.signIn(name)).token,
      holds: (permission) => {
        const definition = catalogue[permission];
        return definition?.self === true || (definition?.installation === true && name === "owner") || definition?.roles.includes(name) === true;
      },
    }));
  }

  /** Every request comes from somewhere else: limits per address are not what is looked at here. */
  address(): string {
    this.#requests += 1;
    return `198.18.${(this.#requests >> 8) & 255}.${this.#requests & 255}`;
  }

  /** An e-mail address that nobody has. */
  freshEmail(): string {
    this.#requests += 1;
    return `somebody${this.#requests}@example.com`;
  }

  async ask<Schema extends z.ZodType>(schema: Schema, method: string, path: string, { token, body }: { token?: string; body?: object } = {}): Promise<z.output<Schema>> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { "content-type": "application/json", "x-forwarded-for": this.address(), ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return schema.parse(JSON.parse(text));
  }

  /** The same as somebody with a role; the owner without one. */
  async askAs<Schema extends z.ZodType>(role: string, schema: Schema, method: string, path: string, body?: object): Promise<z.output<Schema>> {
    return this.ask(schema, method, path, { token: (await this.signIn(role)).token, ...(body === undefined ? {} : { body }) });
  }

  async join(role: string) {
    this.#joined += 1;
    const email = `${role}${this.#joined}@example.com`;
    const { token: invitationToken } = await this.invite(role);
    return { email, ...(await this.ask(SessionSchema, "POST", "/auth/sign-up", { body: { email, name: role, password: PASSWORD, delivery: "token", invitationToken } })) };
  }

  async invite(role: string) {
    return this.askAs("owner", InvitationSchema, "POST", "/users/invitations", { role });
  }

  /** Whoever has left the organization meanwhile is replaced. */
  async signIn(role: string) {
    const session = await this.ask(SessionSchema, "POST", "/auth/sign-in", { body: { email: this.#emails.get(role), password: PASSWORD, delivery: "token" } });
    if (session.organizationId !== null) return session;
    const joined = await this.join(role);
    this.#emails.set(role, joined.email);
    return joined;
  }
}
