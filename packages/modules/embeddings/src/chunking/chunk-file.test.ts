import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PARSED_LANGUAGES } from "../languages/detect-language.ts";
import { MAX_CHUNK_BYTES, type Chunk } from "./chunk.ts";
import { chunkFile } from "./chunk-file.ts";
import { Parsers } from "./Parsers.ts";

const parsers = new Parsers();

/** One line per chunk: kind, symbol and how its text and its documentation begin. */
async function outline(language: string, text: string): Promise<string[]> {
  const chunks = await chunkFile(parsers, language, text);
  expectSound(text, chunks);
  return chunks.map(({ kind, symbol, docs, start, end }) => {
    const doc = docs.length > 0 ? ` (${text.slice(docs[0], docs[1]).replace(/[^\w ]/g, "").trim()})` : "";
    return `${kind} ${symbol ?? "-"}${doc}: ${text.slice(start, end).split("\n").length}`;
  });
}

/** What must hold for any text. */
function expectSound(text: string, chunks: readonly Chunk[]): void {
  let at = 0;
  for (const { start, end, docs } of chunks) {
    expect(start).toBeGreaterThanOrEqual(at);
    expect(end).toBeGreaterThan(start);
    expect(end).toBeLessThanOrEqual(text.length);
    expect(Buffer.byteLength(text.slice(start, end))).toBeLessThanOrEqual(MAX_CHUNK_BYTES);
    expect(docs.length % 2).toBe(0);
    for (let index = 0; index < docs.length; index++) expect(docs[index]).toBeGreaterThanOrEqual(docs[index - 1] ?? start);
    expect(docs.at(-1) ?? end).toBeLessThanOrEqual(end);
    at = end;
  }
}

const statements = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_unused, index) => make(index)).join("\n");

describe("chunks of TypeScript", () => {
  it("are functions, classes, methods and what stands between them", async () => {
    const text = `import { a } from "./a.ts";

/** Adds up. */
export function sum(values: number[]): number {
  return values.reduce((left, right) => left + right, 0);
}

// Not about what follows.

export const product = (values: number[]) => values.reduce((left, right) => left * right, 1);
export interface Cart { items: Item[]; owner: string }
export type Price = number;
const LIMIT = 5, OTHER = 6;

/** Holds things. */
@decorated()
export class Basket<Item> {
  #items: Item[] = [];

  /** Puts one in. */
  add(item: Item): void {
    this.#items.push(item);
  }
  get size() { return this.#items.length; }
  readonly total = (price: (item: Item) => number): number => { return this.#items.map((item) => price(item)).reduce((left, right) => left + right, 0); };
}
namespace Shapes.Round { export function area(radius: number) { return Math.PI * radius * radius; } }
exports.later = function () { return setTimeout(() => undefined, 10); };
`;
    expect(await outline("typescript", text)).toEqual([
      "function sum (Adds up): 4",
      "text - (Not about what follows): 1",
      "function product: 1",
      "interface Cart: 1",
      "type Price, LIMIT, OTHER: 2",
      "class Basket (Holds things): 4",
      "method Basket.add (Puts one in): 4",
      "class Basket: 1",
      "method Basket.total: 1",
      "function Shapes.Round.area: 1",
      "function later: 1",
    ]);
  });

  it("cut a long function where its statements begin, under its name", async () => {
    const text = `/** Long. */\nexport function long() {\n${statements(80, (index) => `  const value${index} = compute(${index}, "some text that makes the line longer");`)}\n  function inner(argument: string) {\n${statements(10, (index) => `    use(argument, ${index});`)}\n    return argument.trim().split(",").map((part) => part.trim()).filter(Boolean).join(";");\n  }\n}`;
    const chunks = await chunkFile(parsers, "typescript", text);
    expectSound(text, chunks);
    expect(chunks.filter(({ symbol }) => symbol === "long").length).toBeGreaterThan(3);
    expect(chunks.filter(({ symbol }) => symbol === "long").every(({ names }) => names.join() === "long")).toBe(true);
    expect(chunks.filter(({ symbol }) => symbol === "long.inner")).toHaveLength(1);
    expect(chunks[0]?.docs).toEqual([0, 12]);
    expect(chunks.slice(1).every(({ docs }) => docs.length === 0)).toBe(true);
    for (const { start } of chunks.slice(1)) expect(text.slice(start)).toMatch(/^(const value|function inner|\})/);
  });

  it("take the parts of a module that is one big call or object", async () => {
    const text = `export const api = {\n${statements(12, (index) => `  /** Number ${index}. */\n  method${index}(request) {\n    ${"return respond(request);".repeat(6)}\n  },`)}\n};\n(function () {\n${statements(12, (index) => `  function hidden${index}(argument) {\n    ${"return transform(argument);".repeat(12)}\n  }`)}\n})();`;
    const symbols = (await chunkFile(parsers, "javascript", text)).map(({ symbol }) => symbol);
    expect(symbols).toEqual(expect.arrayContaining(["api.method0", "api.method11", "hidden0", "hidden11"]));
  });

  it("keep the unnamed under no name, and leave out what has no words", async () => {
    expect(await outline("typescript", `export default function () {\n${statements(20, () => "  doSomething(withThis, andThat);")}\n}\n{}\n;;;`)).toEqual(["function -: 22"]);
    expect(await outline("typescript", `import a from "a";\nexport { a };\n`)).toEqual([]);
  });

  it("leave out what CommonJS has for imports and lists of exports", async () => {
    const links = ['const a = require("a");', 'const { b, c: d } = require("./b").inner;', 'var e = require("e")\n  , f = require("f");', 'const debug = require("debug")("app");', "module.exports = { a, b,\n  e };", "exports.f = f;", 'module.exports = require("./lib");'];
    expect(await outline("javascript", `${links.join("\n")}\n`)).toEqual([]);
    for (const link of links) expect(await outline("javascript", `function work() { return other(); }\n${link}\nfunction other() { return work(); }`)).toEqual(["function work: 1", "function other: 1"]);
    expect(await outline("javascript", 'module.exports = { port: 80, host: "localhost" };\nconst a = require("a"), LIMIT = 5;\nexports.later = () => 1;')).toEqual(["variable module.exports, a, LIMIT: 2", "function later: 1"]);
    expect((await outline("javascript", `function long() {\n${statements(60, (index) => `  const m${index} = require("module${index}");`)}\n}`)).length).toBeLessThan(4);
  });

  it("are what is registered under a text: routes by their path, tests described by their title", async () => {
    const text = `const router = express.Router();
router.get("/users/:id", authenticated, async (req, res) => {
  res.json(await find(req.params.id));
});
process.on("SIGTERM", () => server.close());
test("refuses a short password", () => {
  expect(register("short")).toBe(false);
});
app.use("/users", router);
setTimeout(() => server.close(), 10);
`;
    expect(await outline("javascript", text)).toEqual([
      "variable router: 1", 'function router.get("/users/:id"): 3', 'function process.on("SIGTERM"): 1', 'function test("refuses a short password") (refuses a short password): 3', "text -: 2",
    ]);
    const [, route, , titled] = await chunkFile(parsers, "javascript", text);
    expect([route?.names, titled?.names]).toEqual([["router.get", '"/users/:id"'], ["test"]]);
    const suite = `describe("users", () => {\n${statements(9, (index) => `  it("does thing ${index}", () => {\n    ${`expect(thing(${index})).toBe(true);`.repeat(5)}\n  });`)}\n});`;
    expect((await chunkFile(parsers, "typescript", suite)).map(({ symbol }) => symbol)).toEqual(expect.arrayContaining(['describe("users").it("does thing 0")', 'describe("users").it("does thing 8")']));
  });
});

describe("chunks of other languages", () => {
  it("know JSX", async () => {
    expect(await outline("tsx", `export function Button({ label }: Props) { return <button className="b">{label}</button>; }\nconst Card = () => <div><Button label="x" /></div>;`)).toEqual(["function Button: 1", "function Card: 1"]);
    expect(await outline("javascript", `const Card = () => <div><Button label="x" /></div>;`)).toEqual(["function Card: 1"]);
  });

  it("know Python's docstrings, decorators and methods", async () => {
    const text = `import os\n\nLIMIT = 3\n\n@cache\ndef load(path: str) -> str:\n    """Reads a file."""\n    return open(path).read()\n\nclass Store(Base):\n    """Keeps things."""\n    size = 0\n\n    @property\n    def count(self):\n        """How many there are."""\n        return self.size\n\n    def put(self, key, value):\n        self.items[key] = value\n        self.size = len(self.items)\n        return self.items[key] if key in self.items else None\n`;
    expect(await outline("python", text)).toEqual([
      "variable LIMIT: 1", "function load (Reads a file): 4", "class Store (Keeps things): 3", "method Store.count (How many there are): 4", "method Store.put: 4",
    ]);
  });

  it("know Go's receivers and groups of types", async () => {
    const text = `package stack\n\nimport "fmt"\n\n// Push puts a value on top.\nfunc (s *Stack[T]) Push(value T) { s.items = append(s.items, value) }\n\n// New makes one.\nfunc New() *Stack { return &Stack{} }\n\ntype (\n\t// Stack is a stack.\n\tStack struct { items []int }\n\tReader interface { Read() (int, error) }\n)\n`;
    expect(await outline("go", text)).toEqual(["method Stack.Push (Push puts a value on top): 2", "function New (New makes one): 2", "type Stack (Stack is a stack): 2", "type Reader: 1"]);
  });

  it("know Java's nested types", async () => {
    const text = `package a;\nimport b.C;\n/** An account. */\n@Entity public class Account extends Base {\n  private long balance;\n  /** Puts money in. */\n  public void deposit(long amount) { this.balance += amount; }\n  static class Entry { long amount; void book(Account account, long amount) { account.deposit(amount); this.amount = amount; account.notifyListeners(this); } }\n}\nenum Color { RED, GREEN;\n  /** Mixes. */\n  Color mix(Color other) { return other; } }\nrecord Point(int x, int y) {}\n`;
    expect(await outline("java", text)).toEqual([
      "class Account (An account): 3", "method Account.deposit (Puts money in): 2", "class Account.Entry: 1", "method Account.Entry.book: 1", "enum Color: 1", "method Color.mix (Mixes): 2", "class Point: 1",
    ]);
  });

  it("know Rust's attributes, impls and modules", async () => {
    const text = `use std::fmt;\n\n/// A point.\n#[derive(Clone)]\npub struct Point { x: i32 }\n\nimpl<T> fmt::Display for Point<T> {\n    /// Writes it.\n    fn fmt(&self, f: &mut Formatter) -> Result { write!(f, "{}", self.x) }\n}\n\nmod inner { pub fn helper(argument: u8) -> u8 { argument + 1 } }\nmacro_rules! square { ($x:expr) => { $x * $x } }\n`;
    expect(await outline("rust", text)).toEqual(["class Point (A point): 3", "class Point: 1", "method Point.fmt (Writes it): 2", "function inner.helper: 1", "function square: 1"]);
  });

  it("fall back to lines without a grammar", async () => {
    const text = `# Title\n\n${statements(100, (index) => (index % 10 === 9 ? "" : `Line ${index} of a text that goes on for a while.`))}`;
    const chunks = await chunkFile(parsers, "markdown", text);
    expectSound(text, chunks);
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.every(({ kind, symbol }) => kind === "text" && symbol === null)).toBe(true);
    expect(chunks.map(({ start, end }) => text.slice(start, end)).join("")).toBe(text);
  });
});

describe("hostile text", () => {
  it("with syntax errors keeps the declarations that can be read", async () => {
    const text = "function before(a: string) { return a; }\nconst x = = 3;\nclass Half { method( { return 1 }\n}\nfunction after(c: string) { return c; }\n";
    expect((await chunkFile(parsers, "typescript", text)).map(({ symbol }) => symbol)).toEqual(expect.arrayContaining(["before", "after"]));
    for (const lost of ["}}} (((", "<<<<<<< HEAD", "`"]) {
      const worse = `function good(a: string) { return a; }\n${lost}\nfunction lost(b: number) { return b + 1; }\n`;
      const chunks = await chunkFile(parsers, "typescript", worse);
      expect(chunks.map(({ start, end }) => worse.slice(start, end)).join("\n")).toMatch(/function good[^]*function lost/);
    }
  });

  it.each([
    ["open brackets", "(".repeat(50_000)], ["nested arrays", `${"[".repeat(20_000)}1${"]".repeat(20_000)}`], ["nested functions", "function a() {".repeat(4_000)], ["one sum", `x = ${"a + ".repeat(50_000)}1`],
    ["one line of letters", "a".repeat(300_000)], ["one string", `const s = "${"é".repeat(100_000)}";`], ["templates", "`${".repeat(5_000)], ["surrogates", "\ud800".repeat(10_000)], ["emoji", `// ${"👩‍👩‍👧".repeat(5_000)}`],
    ["conditions", `x = ${"a ? b : ".repeat(5_000)}c`], ["control characters", "\u0001\u0002\n".repeat(5_000)], ["calls", `${"f(".repeat(20_000)}${")".repeat(20_000)}`], ["comment", `/*${"word ".repeat(30_000)}*/ function a() {}`],
  ])("of %s is cut in every language", async (_name, text) => {
    for (const language of [...PARSED_LANGUAGES, "text"]) expectSound(text, await chunkFile(parsers, language, text));
  }, 60_000);

  it("of any kind is cut soundly", async () => {
    const token = fc.oneof(fc.constantFrom("function ", "class ", "def ", "fn ", "{", "}", "(", ")", "\n", "  ", "/** ", "*/", "// ", '"', "`", "${", "=", "=>", "impl ", ";", "@", "#"), fc.string({ unit: "binary", maxLength: 5 }));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PARSED_LANGUAGES, "text"), fc.array(token, { maxLength: 400 }).map((parts) => parts.join("")), async (language, text) => {
        expectSound(text, await chunkFile(parsers, language, text));
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it("that takes too long to parse is given up, and the next file is parsed again", async () => {
    const own = new Parsers({ parseMs: 20 });
    const endless = `x = ${"a + ".repeat(200_000)}1`;
    expect(await own.parse("javascript", endless, () => "parsed")).toBeNull();
    expect(await own.parse("javascript", "function a() {}", (cursor) => cursor.nodeType)).toBe("program");
    expect(own.parsed).toBe(2);
  }, 30_000);

  it("that breaks the parser costs that file its syntax and no more", async () => {
    const own = new Parsers();
    const trap = () => {
      throw new Error("unreachable");
    };
    expect(await own.parse("go", "package a", trap)).toBeNull();
    expect(await own.parse("go", "package a", (cursor) => cursor.nodeType)).toBe("source_file");
  });
});

it("cuts its own source into what it declares", async () => {
  const text = readFileSync(new URL("./SyntaxChunker.ts", import.meta.url), "utf8");
  const symbols = (await chunkFile(parsers, "typescript", text)).map(({ symbol }) => symbol);
  expect(symbols).toEqual(expect.arrayContaining(["SyntaxChunker", "SyntaxChunker.chunks", "staysWithNeighbours"]));
});
