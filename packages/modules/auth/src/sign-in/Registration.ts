import type { SignUpInput } from "@coder/api/auth";
import type { Enrolment } from "@coder/api/user-management";
import type { Directory } from "../directory.ts";
import type { Credential, Credentials } from "./Credentials.ts";

type Admission = Partial<Pick<SignUpInput, "invitationToken" | "setupCode">>;

/** The last steps of a sign-up: the person gets their organization, and the account counts as complete. Can be repeated after a crash. */
export class Registration {
  readonly #users: Directory;
  readonly #credentials: Credentials;

  constructor(deps: { users: Directory; credentials: Credentials }) {
    this.#users = deps.users;
    this.#credentials = deps.credentials;
  }

  /** Null when it was complete already. Throws what user-management refuses: `sign_up_closed`, `invitation_invalid`, `setup_code_wrong`. */
  async complete({ user, account }: Credential, { invitationToken, setupCode }: Admission): Promise<Enrolment | null> {
    if (account.admittedAt !== null) return null;
    const enrolment = await this.#users.enrol({
      userId: user.id,
      ...(invitationToken === undefined ? {} : { invitationToken }),
      ...(setupCode === undefined ? {} : { setupCode }),
    });
    await this.#credentials.admit(account);
    return enrolment;
  }
}
