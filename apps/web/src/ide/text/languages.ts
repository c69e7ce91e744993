import type { MonacoApi } from "./monaco.ts";

/** Names of files whose language no extension tells. */
const BY_NAME: Readonly<Record<string, string>> = {
  dockerfile: "dockerfile",
  containerfile: "dockerfile",
  makefile: "plaintext",
  jenkinsfile: "java",
  gemfile: "ruby",
  rakefile: "ruby",
  ".babelrc": "json",
  ".eslintrc": "json",
  ".prettierrc": "json",
  ".swcrc": "json",
  ".bashrc": "shell",
  ".profile": "shell",
  ".zshrc": "shell",
  ".gitconfig": "ini",
  ".editorconfig": "ini",
  ".npmrc": "ini",
  "go.mod": "plaintext",
};

const BY_EXTENSION: Readonly<Record<string, string>> = { jsonc: "json", json5: "json", webmanifest: "json", mdx: "mdx", svg: "xml", vue: "html", svelte: "html", cfg: "ini", conf: "ini", env: "ini", toml: "ini", zsh: "shell", bash: "shell", prisma: "graphql" };

/** The language of a file, by its name. */
export function languageOf(monaco: MonacoApi, path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const named = BY_NAME[name] ?? (name.startsWith("dockerfile.") ? "dockerfile" : undefined);
  if (named !== undefined) return named;
  const languages = monaco.languages.getLanguages();
  // The longest extension wins: `.d.ts` before `.ts`.
  for (let at = name.indexOf("."); at >= 0; at = name.indexOf(".", at + 1)) {
    const extension = name.slice(at);
    const found = languages.find(({ extensions }) => extensions?.includes(extension))?.id ?? BY_EXTENSION[extension.slice(1)];
    if (found !== undefined) return found;
  }
  return "plaintext";
}

/** `typescript` → `TypeScript`: as people call it. */
export function languageName(monaco: MonacoApi, id: string): string {
  if (id === "plaintext") return "Plain text";
  const names = monaco.languages.getLanguages().flatMap((language) => (language.id === id ? (language.aliases ?? []) : []));
  return names[0] ?? id;
}
