import type { authRouter } from "@coder/api/auth/router";
import type { SystemCaller, UserCaller } from "@coder/shared";
import type { ISessionPort, ServiceClient } from "@coder/shared/trpc";
import { isToken } from "./sessions/token.ts";

/** The kernel's session port over this module's client, so that it works from any process. */
export class SessionPort implements ISessionPort {
  readonly #auth: ServiceClient<typeof authRouter>;
  readonly #caller: SystemCaller;

  constructor(deps: { auth: ServiceClient<typeof authRouter>; caller: SystemCaller }) {
    this.#auth = deps.auth;
    this.#caller = deps.caller;
  }

  async resolve(token: string): Promise<UserCaller | null> {
    if (!isToken(token)) return null;
    const session = await this.#auth(this.#caller).resolveSession({ token });
    return session && { kind: "user", ...session };
  }
}
