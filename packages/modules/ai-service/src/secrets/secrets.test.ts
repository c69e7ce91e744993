import { findSecrets } from "@coder/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SecretFirewall } from "./SecretFirewall.ts";

const AWS = ["AKIA", "IOSFODNN7EXAMPLE"].join("");
const GITHUB = `${"ghp"}_${"a1B2c3D4".repeat(5)}`;
const OPENAI = `${"sk"}-${"proj-Ab3dEf6hIj9"}xyzXYZ012345`;
const KEY = `-----BEGIN ${"RSA"} PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc\n-----END ${"RSA"} PRIVATE KEY-----`;
const hide = (text: string, path = "") => new SecretFirewall("salt").hide(text, path);

describe("secrets", () => {
  it.each([
    ["an AWS key", `key = ${AWS}`, AWS], ["a GitHub token", `fetch(url, "${GITHUB}")`, GITHUB], ["an OpenAI key", `x ${OPENAI} y`, OPENAI], ["a private key", `const k = \`${KEY}\``, KEY],
    ["a password in an address", "postgres://me:hunter22@db/x", "hunter22"], ["a password in quotes", 'const dbPassword = "correct-horse";', "correct-horse"],
    ["JSON", '{"api_key": "q9w8e7r6t5"}', "q9w8e7r6t5"], ["YAML", "client_secret: q9w8-e7r6", "q9w8-e7r6"], ["a bearer", "Authorization: Bearer abcdefghij0123456789", "abcdefghij0123456789"],
    ["a password in an address without a name", "redis://:hunter22@cache/0", "hunter22"], ["a basic authorization", 'headers: { Authorization: "Basic dXNlcjpwYXNz" }', "dXNlcjpwYXNz"],
    ["a registry's login", "//registry.example.com/:_auth=dXNlcjpwYXNz", "dXNlcjpwYXNz"], ["a bot's token", `https://api.example.com/bot${"123456789"}:${"AAE-a1B2c3D4".repeat(3).slice(0, 35)}/send`, "AAE-a1B2"],
    ["what is random, after a name", "Endpoint=x;AccountKey=Zk8vQ2mB7tYx4LpW9sDf3HjN6cRa1GeUZk8vQ2mB7tYx4L==;Suffix=y", "Zk8vQ2mB"], ["what signs an address", "https://a.example/b?sv=1&sig=Zk8vQ2mB7tYx4LpW9sDf3HjN6cRa1GeU&x=1", "Zk8vQ2mB"],
    ["what is random", 'x = "Zk8vQ2mB7tYx4LpW9sDf3HjN6cRa1GeU"', "Zk8vQ2mB7tYx4LpW9sDf3HjN6cRa1GeU"],
  ])("are found: %s", (_what, text, secret) => {
    expect(hide(text)).not.toContain(secret);
    expect(hide(text)).toMatch(/__SECRET_[0-9a-f]{12}__/);
  });

  it.each([
    "const token = getToken();", "password: string;", 'const secret = process.env["SECRET"];', "if (token === undefined) return;", "import { tokenize } from './tokenizer-with-a-very-long-name/index.ts';",
    "integrity sha512-q9w8e7r6t5Zk8vQ2mB7tYx4LpW9sDf3HjN6cRa1GeU==", "Basic understanding of authorization: none", "const _auth = useAuth();", "at 12345678:AbC", "Authorization: Basic authentication", "_auth = useAuth();", "_password = hashed(password)", "1700000000:src-components-Button-index-tsx-lin", "src/components/SomeVeryLongComponentName2/anotherFolder", "getElementsByClassNameAndReturnTheFirstOne2",
  ])("are not what is none: %s", (text) => {
    expect(findSecrets(text)).toEqual([]);
  });

  it("keep the lines below them where they are, and each of their lines is known wherever it is met", () => {
    const firewall = new SecretFirewall("salt");
    const text = `first\nconst key = \`${KEY}\`;\nlast\n`;
    const hidden = firewall.hide(text);
    expect(hidden.split("\n").length).toBe(text.split("\n").length);
    expect(hidden.split("\n").at(-2)).toBe("last");
    expect(hidden).toContain("PRIVATE KEY-----");
    expect(firewall.hide("matched: MIIEpAIBAAKCAQEA")).not.toContain("MIIEpAIBAAKCAQEA");
    expect(firewall.reveal(hidden)).toBe(text);
    expect(new SecretFirewall("salt").reveal(new SecretFirewall("salt").hide(hidden))).toBe(hidden);
    const windows = text.replaceAll("\n", "\r\n");
    expect(firewall.reveal(firewall.hide(windows))).toBe(windows);
  });

  it("are all values of an environment file, but of no example", () => {
    const text = "PORT=3000\nDATABASE=very-internal\nexport NAME='a b c d'\n# comment\nEMPTY=\nNODE_ENV=production\n";
    const hidden = hide(text, "config/.env.local");
    expect(hidden).toContain("PORT=3000");
    for (const value of ["very-internal", "a b c d"]) expect(hidden).not.toContain(value);
    expect(hide(text, ".env.example")).toBe(text);
    expect(hide("A=\"first line\nsecond line\" # why\nB='x\ny z'\nC=\"open\nD=kept-apart\n", ".env")).not.toMatch(/first|second|x\ny z|kept/);
  });

  it.each([
    ["a long value", `CREDENTIALS_B64=${"QUJDREVGR0hJSktMTU5P".repeat(200)}`, "QUJDREVG"], ["a quote in quotes", 'P="pa\\"ss-tail"', "ss-tail"], ["an open quote", 'P="opened', "opened"], ["a name with a dot", "spring.name=hunter22", "hunter22"],
    ["YAML's way", "NAME: hunter22", "hunter22"], ["a hook's address", "HOOK=https://a.example/b?code=hunter22", "hunter22"], ["a blank that is none", "P=\u00a0hunter22", "hunter22"],
  ])("are found in an environment file: %s", (_what, text, secret) => {
    for (const path of [".env", "a/.env-prod", ".envrc"]) expect(hide(`A=1\n${text}\nB=2\n`, path)).not.toContain(secret);
  });

  it("are hidden in their place alone where they are ordinary words, or names of variables", () => {
    const firewall = new SecretFirewall("salt");
    expect(firewall.hide("postgres://postgres:postgres@localhost/x and postgres://a:${DB_PASSWORD}@b/y")).not.toMatch(/:postgres@|DB_PASSWORD/);
    const code = 'import postgres from "postgres";\nconst address = `${DB_PASSWORD}`;\n';
    expect(firewall.hide(code)).toBe(code);
  });

  it("are hidden whole where one begins with another", () => {
    const firewall = new SecretFirewall("salt");
    firewall.hide("USER_NAME=administrator\nLOGIN=administrator-Xy7\n", ".env");
    expect(firewall.hideKnown("as administrator-Xy7")).toMatch(/^as __SECRET_[0-9a-f]{12}__$/);
  });

  it("come back whole from a text that was hidden twice", () => {
    const firewall = new SecretFirewall("salt");
    // Too long for a password the first time, and no longer so the second time.
    const text = `password: "${"ab.".repeat(156)}${GITHUB}"`;
    const twice = firewall.hide(firewall.hide(text));
    expect(twice).not.toContain(GITHUB);
    expect(firewall.reveal(twice)).toBe(text);
  });

  it("come back in edits, the same placeholder for the same secret, another one in another conversation", () => {
    const firewall = new SecretFirewall("one");
    const hidden = firewall.hide(`a = "${GITHUB}"; again("${GITHUB}")`);
    const [first, second] = hidden.match(/__SECRET_[0-9a-f]{12}__/g) ?? [];
    expect(first).toBe(second);
    expect(firewall.reveal(`moved("${first}")`)).toBe(`moved("${GITHUB}")`);
    expect(firewall.unknownIn("x __SECRET_000000000000__")).toEqual(["__SECRET_000000000000__"]);
    expect(new SecretFirewall("two").hide(GITHUB)).not.toBe(first);
    expect(firewall.hide(`b ${GITHUB.slice(0)}`)).toContain(first);
  });

  it("go out and come back whole, whatever stands around them, in no time that grows with its square", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.string({ unit: "binary", maxLength: 300 }), (before, after) => {
        const text = `${before}\n${KEY}\n${after}`;
        const firewall = new SecretFirewall("salt");
        const hidden = firewall.hide(text);
        expect(hidden).not.toContain("MIIEpAIBAAKCAQEA");
        expect(firewall.reveal(hidden)).toBe(text);
      }),
    );
    const begun = performance.now();
    for (const text of ["a".repeat(500_000), "password".repeat(60_000), "=\"".repeat(200_000), "-----BEGIN PRIVATE KEY-----".repeat(2_000), "A1b".repeat(100_000), "eyJa.".repeat(50_000), "A=\"\n".repeat(100_000), "A='\n", `A=${"a ".repeat(200_000)}`, `A=a${" ".repeat(400_000)}\u2028`]) hide(text, ".env");
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
