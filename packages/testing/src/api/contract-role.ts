/** Somebody who signs in. */
export interface ContractRole {
  readonly name: string;
  /** A session's token. Asked for again when the one before stops being good: some operations end the session, or the membership, they are called with. */
  readonly signIn: () => Promise<string>;
  readonly holds: (permission: string) => boolean;
}
