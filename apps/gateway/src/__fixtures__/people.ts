import type { CoderClient } from "@coder/api/client";
import { typedDoor, type Door } from "./doors.ts";

let people = 0;

/** An address nobody had before in this process. */
export function freshAddress(): string {
  people += 1;
  return `10.${(people >> 16) & 255}.${(people >> 8) & 255}.${people & 255}`;
}

/** Somebody with a browser: a name, a password, a network address of their own and, signed in, a session. */
export class Person {
  readonly name: string;
  readonly email: string;
  readonly password = "correct horse battery staple";
  readonly address: string;
  readonly door: Door;
  readonly url: string;
  token: string | null = null;

  constructor(name: string, url: string, door: Door = typedDoor) {
    this.name = name;
    this.url = url;
    this.door = door;
    this.address = freshAddress();
    this.email = `${name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-")}@example.com`;
  }

  /** What they can do in the session they have. */
  get api(): CoderClient {
    return this.at(this.url);
  }

  /** The same in another process. */
  at(url: string, token = this.token): CoderClient {
    return this.door({ url, token, address: this.address });
  }

  async signUp(admission: { invitationToken?: string; setupCode?: string } = {}): Promise<this> {
    const { name, email, password } = this;
    const { token } = await this.at(this.url, null).auth.signUp.mutate({ name, email, password, delivery: "token", ...admission });
    this.token = token;
    return this;
  }

  async signIn(url = this.url): Promise<this> {
    this.token = await this.newSession(url);
    return this;
  }

  /** One more session, as from another device. */
  async newSession(url = this.url): Promise<string> {
    const { token } = await this.at(url, null).auth.signIn.mutate({ email: this.email, password: this.password, delivery: "token" });
    if (token === null) throw new Error("A program gets its token in the answer");
    return token;
  }

  /** Their id and the organization they act in. */
  async whereabouts(): Promise<{ userId: string; organizationId: string }> {
    const { user, organization } = await this.api.auth.currentSession.query({});
    return { userId: user.id, organizationId: organization?.id ?? "" };
  }

  async invite(role: "owner" | "admin" | "member" | "auditor" = "member"): Promise<string> {
    const { token } = await this.api.userManagement.createInvitation.mutate({ role });
    return token;
  }
}
