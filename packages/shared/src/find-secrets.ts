/** Where a secret stands in a text, in UTF-16 units. */
export interface FoundSecret {
  readonly start: number;
  readonly end: number;
}

/** Forms by which keys can be told at sight. Group 1 is the secret where there is one. */
const FORMS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{1,20000}?-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{30,255}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{40,255}\b/g,
  /\bglpat-[A-Za-z0-9_-]{20,64}/g,
  /\bsk-[A-Za-z0-9_-]{16,255}/g,
  /\b[rsp]k_(?:live|test)_[A-Za-z0-9]{16,255}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/g,
  /\bAIza[0-9A-Za-z_-]{35}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}/g,
  /\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000}/g,
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'`]{0,200}:([^\s/@"'`]{3,200})@/gi,
  /\bBearer\s+([A-Za-z0-9._~+/-]{20,2000}=*)/g,
  /\b(?:[Aa]uthorization|AUTHORIZATION)["'`]?\s{0,5}[:=,]\s{0,5}["'`]?[Bb]asic\s+(?=[A-Za-z][a-z+/_-]{0,40}[A-Z0-9=])([A-Za-z0-9+/_-]{4,2000}={0,2})/g,
  /(?:^|:)_(?:auth|authToken|password)[ \t]{0,5}=[ \t]{0,5}["']?([^\s"'$(){};,]{6,2000})["']?[ \t]{0,5}$/gm,
  /(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g,
];
const NAMES = "(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|credentials?|auth[_-]?key|encryption[_-]?key|signing[_-]?key)";
/** `dbPassword: "…"`, `"api_key" = '…'`: a text in quotes under a name that says what it is. */
const QUOTED = new RegExp(`\\b[\\w-]{0,60}${NAMES}[\\w-]{0,30}["'\`]?\\s{0,5}(?::|=|=>)\\s{0,5}["'\`]([^"'\`\\r\\n]{6,500})["'\`]`, "gi");
/** The same without quotes, as in environment and YAML files. */
const UNQUOTED = new RegExp(`^[ \\t]*(?:export[ \\t]+)?[\\w.-]{0,60}${NAMES}[\\w.-]{0,30}[ \\t]{0,5}[:=][ \\t]{0,5}([^\\s"'\`#(){};,<>$]{8,500})[ \\t]*$`, "gim");
/** What is quoted otherwise than simply is taken with its quotes. However long it is: a key file may stand in one. */
const ENV_LINE = /^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.-]{0,100}(?:[ \t]*=[ \t]*|:[ \t]+)(?:"([^"]+)"|'([^']+)'|([^\r\n \t#][^\r\n \t#]*(?:[ \t]+[^\r\n \t#]+)*))[ \t]*(?:#.*)?$/gm;
const DENSE = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{28,512}={0,2}(?![A-Za-z0-9+/_=-])/g;
const DENSE_BITS = 4.1;
/** A name is made of words, a key is not. */
const WORDS_SHARE = 0.6;
/** What stands where a secret would, and is none. */
const HARMLESS = /^(?:true|false|null|none|undefined|\d{1,6}|development|production|test|localhost|changeme|example|your[-_ ].*|<.*>|\*+|x{3,}|\$\{.*\}|process\.env.*|https?:\/\/[^@\s]*)$/i;

/** Whether every value of a file is to be kept: environment files hold little else than secrets. */
export function isEnvironmentFile(path: string): boolean {
  return /(^|\/)\.env(rc|[.-][\w.-]+)?$|(^|\/)\.dev\.vars$|\.env$/.test(path) && !/\.(example|sample|template|dist)$/.test(path);
}

/** Keys, tokens, passwords and what is as random as those. In order, none inside another. */
export function findSecrets(text: string, options: { readonly environmentFile?: boolean } = {}): FoundSecret[] {
  const found: FoundSecret[] = [];
  const take = (pattern: RegExp, wanted: (secret: string) => boolean = () => true): void => {
    for (const match of text.matchAll(pattern)) {
      const secret = match.slice(1).find((group) => group !== undefined) ?? match[0];
      const start = match.index + match[0].lastIndexOf(secret);
      if (wanted(secret)) found.push({ start, end: start + secret.length });
    }
  };
  for (const form of FORMS) take(form);
  take(QUOTED, (secret) => !HARMLESS.test(secret) && !/\s/.test(secret.trim()));
  take(UNQUOTED, (secret) => !HARMLESS.test(secret) && /\d|[^\w.]/.test(secret));
  if (options.environmentFile === true) take(ENV_LINE, (secret) => (!HARMLESS.test(secret.trim()) || secret.includes("?")) && secret.trim().length >= 4);
  take(DENSE, isDense);
  return withoutOverlaps(found);
}

/** As random as a key: letters of both cases and digits, mixed beyond what words and paths are. */
function isDense(text: string): boolean {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text) || !/\d/.test(text)) return false;
  if (/^sha(1|256|384|512)-/.test(text)) return false;
  const words = (text.match(/[A-Z]?[a-z]{3,}/g) ?? []).join("").length;
  if (words >= text.length * WORDS_SHARE) return false;
  return entropyOf(text) >= DENSE_BITS;
}

/** Bits per character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

function withoutOverlaps(found: readonly FoundSecret[]): FoundSecret[] {
  const kept: FoundSecret[] = [];
  for (const each of [...found].sort((left, right) => left.start - right.start || right.end - left.end)) {
    const last = kept.at(-1);
    if (last && each.start < last.end) {
      if (each.end > last.end) kept[kept.length - 1] = { start: last.start, end: each.end };
    } else kept.push(each);
  }
  return kept;
}
