/** Languages that are cut along their syntax. */
export const PARSED_LANGUAGES = ["typescript", "tsx", "javascript", "python", "go", "java", "rust"] as const;
export type ParsedLanguage = (typeof PARSED_LANGUAGES)[number];

const PARSED: ReadonlySet<string> = new Set(PARSED_LANGUAGES);

const BY_EXTENSION: Readonly<Record<string, string>> = {
  ts: "typescript", mts: "typescript", cts: "typescript", tsx: "tsx",
  js: "javascript", mjs: "javascript", cjs: "javascript", jsx: "javascript",
  py: "python", pyi: "python", pyw: "python",
  go: "go", java: "java", rs: "rust",
  c: "c", h: "c", cc: "cpp", cpp: "cpp", cxx: "cpp", hh: "cpp", hpp: "cpp", hxx: "cpp", ino: "cpp",
  cs: "csharp", vb: "vb", fs: "fsharp", swift: "swift", m: "objective-c", mm: "objective-c",
  kt: "kotlin", kts: "kotlin", scala: "scala", groovy: "groovy", gradle: "groovy", clj: "clojure", cljs: "clojure",
  rb: "ruby", erb: "ruby", php: "php", pl: "perl", pm: "perl", lua: "lua", r: "r", jl: "julia", dart: "dart",
  ex: "elixir", exs: "elixir", erl: "erlang", hs: "haskell", ml: "ocaml", mli: "ocaml", elm: "elm", nim: "nim", zig: "zig", v: "v", d: "d",
  sh: "shell", bash: "shell", zsh: "shell", fish: "shell", ps1: "powershell", bat: "batch", cmd: "batch",
  html: "html", htm: "html", vue: "vue", svelte: "svelte", astro: "astro", css: "css", scss: "scss", sass: "scss", less: "less",
  json: "json", jsonc: "json", json5: "json", yaml: "yaml", yml: "yaml", toml: "toml", ini: "ini", cfg: "ini", conf: "ini", properties: "ini", env: "ini",
  xml: "xml", xsd: "xml", xsl: "xml", svg: "xml", sql: "sql", prisma: "prisma", graphql: "graphql", gql: "graphql", proto: "protobuf", thrift: "thrift",
  tf: "terraform", hcl: "terraform", nix: "nix", cmake: "cmake", mk: "make", dockerfile: "dockerfile",
  md: "markdown", mdx: "markdown", markdown: "markdown", rst: "restructuredtext", adoc: "asciidoc", tex: "latex", txt: "text", csv: "csv", tsv: "csv",
};

const BY_NAME: Readonly<Record<string, string>> = {
  dockerfile: "dockerfile", containerfile: "dockerfile", makefile: "make", gnumakefile: "make", "cmakelists.txt": "cmake",
  rakefile: "ruby", gemfile: "ruby", jenkinsfile: "groovy", justfile: "make", ".bashrc": "shell", ".zshrc": "shell", ".profile": "shell",
  "go.mod": "go-module", "go.sum": "go-module", "package.json": "json", ".gitignore": "text", license: "text",
};

/** The language a file is in, as its name says, or else its first line; `text` where neither does. Always one of a fixed list. */
export function detectLanguage(path: string, text = ""): string {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return lookUp(BY_NAME, name) ?? lookUp(BY_EXTENSION, extensionOf(name)) ?? ofShebang(text) ?? "text";
}

/** Whether there is a grammar for a language. */
export function isParsed(language: string): language is ParsedLanguage {
  return PARSED.has(language);
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1);
}

/** Names come from outside: `constructor` is no language. */
function lookUp(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function ofShebang(text: string): string | undefined {
  if (!text.startsWith("#!")) return undefined;
  const line = text.slice(2, 200).split("\n", 1)[0] ?? "";
  const words = line.trim().split(/\s+/).map((word) => word.slice(word.lastIndexOf("/") + 1));
  const program = words[0] === "env" ? words.slice(1).find((word) => !word.startsWith("-") && !word.includes("=")) : words[0];
  if (program === undefined) return undefined;
  if (/^python[\d.]*$/.test(program)) return "python";
  if (/^(node|deno|bun)$/.test(program)) return "javascript";
  if (/^(ba|z|da|k|fi)?sh$/.test(program)) return "shell";
  return lookUp({ ruby: "ruby", perl: "perl", php: "php", lua: "lua", Rscript: "r", tsx: "typescript", "ts-node": "typescript" }, program);
}
