const ESCAPE = "\u001b";
const COLORS = new RegExp(`${ESCAPE}\\[[0-9;]*m`, "g");
/** What npm says of each package that came. Anything else, failures and what is tried again among them, is shown as it is. */
const FETCHED = /^npm http fetch GET 200 (\S+\.tgz) /;
/** npm looks into its cache, which is empty here, before it fetches. */
const CACHED = /^npm http cache /;

/** The output of an installation with one line that counts, in place of one for each package that was fetched. */
export class InstallSummary {
  readonly #decoder = new TextDecoder();
  readonly #fetched = new Set<string>();
  #rest = "";
  /** Whether the line that counts is the last one, without its end. */
  #counting = false;

  /** What a terminal is to be given for these bytes; the beginning of a line waits for its end. */
  write(bytes: Uint8Array): string {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.map((line) => this.#line(line)).join("");
  }

  /** What waits although nothing more comes. */
  end(): string {
    const rest = this.#rest;
    this.#rest = "";
    const ended = this.#counting ? "\n" : "";
    this.#counting = false;
    return `${ended}${rest}`;
  }

  #line(line: string): string {
    const plain = line.replaceAll(COLORS, "");
    if (CACHED.test(plain)) return "";
    const url = FETCHED.exec(plain)?.[1];
    if (url === undefined) {
      const ended = this.#counting ? "\n" : "";
      this.#counting = false;
      return `${ended}${line}\n`;
    }
    this.#fetched.add(url);
    this.#counting = true;
    // Over what it said before.
    return `\r${ESCAPE}[2KFetched ${this.#fetched.size.toLocaleString("en")} ${this.#fetched.size === 1 ? "package" : "packages"}`;
  }
}
