import type { IconName } from "#ui/icon.tsx";

const BY_EXTENSION: Readonly<Record<string, IconName>> = {
  json: "json", jsonc: "json", md: "markdown", mdx: "markdown", pdf: "file-pdf", zip: "file-zip", gz: "file-zip", tgz: "file-zip", tar: "file-zip", xz: "file-zip", "7z": "file-zip", jar: "file-zip",
  png: "file-media", jpg: "file-media", jpeg: "file-media", gif: "file-media", webp: "file-media", avif: "file-media", bmp: "file-media", ico: "file-media", svg: "file-media", mp3: "file-media",
  mp4: "file-media", wav: "file-media", webm: "file-media", woff: "file-binary", woff2: "file-binary", ttf: "file-binary", so: "file-binary", dll: "file-binary", exe: "file-binary",
  node: "file-binary", wasm: "file-binary", bin: "file-binary", txt: "file", log: "output", lock: "lock", sh: "terminal", bash: "terminal", zsh: "terminal", db: "database", sqlite: "database", sql: "database",
};
const CODE = new Set(
  "ts tsx mts cts js jsx mjs cjs py go rs java kt kts c h cc cpp hpp cs rb php swift scala clj ex exs erl hs lua pl r dart vue svelte astro html htm css scss less sass graphql gql proto prisma".split(" "),
);
const BY_NAME: Readonly<Record<string, IconName>> = { license: "law", "license.md": "law", "license.txt": "law", ".gitignore": "git-branch", ".gitattributes": "git-branch", ".gitmodules": "git-branch", "package-lock.json": "lock" };
const SETTINGS = /^(\.|.*\.(ya?ml|toml|ini|cfg|conf|env|properties)$)/;

/** The icon of a file, by its name. */
export function fileIcon(path: string): IconName {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const extension = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : "";
  return BY_NAME[name] ?? (CODE.has(extension) ? "file-code" : (BY_EXTENSION[extension] ?? (SETTINGS.test(name) ? "gear" : "file")));
}
