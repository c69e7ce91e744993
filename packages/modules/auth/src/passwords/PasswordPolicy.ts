import type { ILiveConfig } from "@coder/shared/server";
import type { AuthConfig } from "../config.ts";
import { passwordTooWeak } from "../errors.ts";
import type { CommonPasswords } from "./CommonPasswords.ts";

/** What an account says of its owner, and what must therefore not be the password. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
}

/** More than this many characters around a common password make it one of its own. */
const MAX_DECORATION = 6;
/** Shorter parts of a name occur in too many words. */
const MIN_PERSONAL_PART = 4;
const MIN_DISTINCT = 5;
const LOOKALIKES: Readonly<Record<string, string>> = { "0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", $: "s", "!": "i" };

/** Refuses passwords that are guessed first. No rules about kinds of characters: length and not being known are what counts. */
export class PasswordPolicy {
  readonly #config: ILiveConfig<AuthConfig>;
  readonly #common: CommonPasswords;

  constructor(deps: { config: ILiveConfig<AuthConfig>; common: CommonPasswords }) {
    this.#config = deps.config;
    this.#common = deps.common;
  }

  /** Throws `password_too_weak` with all reasons at once. */
  async check(password: string, owner: PasswordOwner): Promise<void> {
    const reasons = await this.#faults(password.normalize("NFKC"), owner);
    if (reasons.length > 0) throw passwordTooWeak(reasons);
  }

  async #faults(password: string, owner: PasswordOwner): Promise<string[]> {
    const { minLength } = this.#config.value.passwords;
    const folded = password.toLowerCase();
    return [
      ...([...password].length < minLength ? [`it has fewer than ${minLength} characters`] : []),
      ...((await this.#isCommon(folded)) ? ["it is one of the most common passwords, or one with a little around it"] : []),
      ...(isPattern(folded) ? ["it is a simple pattern"] : []),
      ...(isPersonal(folded, owner, minLength) ? ["it is little more than your name or address"] : []),
    ];
  }

  async #isCommon(folded: string): Promise<boolean> {
    const plain = folded.replaceAll(/[013457@$!]/g, (character) => LOOKALIKES[character] ?? character);
    for (const spelling of new Set([folded, plain])) {
      if (await this.#common.has(spelling)) return true;
      const core = spelling.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
      if (core.length >= MIN_PERSONAL_PART && folded.length - core.length <= MAX_DECORATION && (await this.#common.has(core))) return true;
    }
    return false;
  }
}

/** Few different characters, one short piece over and over, or a run along the alphabet. */
function isPattern(folded: string): boolean {
  const characters = [...folded];
  if (characters.length > 1 && new Set(characters).size < MIN_DISTINCT) return true;
  if (/^(.{1,6})\1+.{0,5}$/u.test(folded)) return true;
  const codes = characters.map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).filter((code, index) => Math.abs(code - (codes[index] ?? 0)) <= 1).length;
  return codes.length > 1 && steps / (codes.length - 1) >= 0.75;
}

function isPersonal(folded: string, { email, name }: PasswordOwner, minLength: number): boolean {
  const person = name.normalize("NFKC").toLowerCase();
  const address = email.toLowerCase();
  const parts = [address, address.split("@")[0] ?? "", person, ...person.split(/[^\p{L}\p{N}]+/u), person.replaceAll(/[^\p{L}\p{N}]+/gu, "")];
  const own = [...new Set(parts)].filter((part) => part.length >= MIN_PERSONAL_PART);
  return own.some((part) => folded.includes(part) && [...folded.replaceAll(part, "")].length < minLength);
}
