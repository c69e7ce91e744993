const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const CONFIGURATION = /(?:^|\/)(?:package\.json|tsconfig[\w.-]*\.json|jsconfig\.json|\.editorconfig|\.prettierrc(?:\.json|\.ya?ml)?|\.mocharc\.(?:json|ya?ml)|biome\.jsonc?|[\w.-]*\.schema\.json)$/;
const BUNDLED = /(?:^|\/)(?:dist|build|out|coverage|vendor|\.next|\.turbo)\/|\.min\.[cm]?js$/;

/** A file that people write code in. */
export function isSource(path: string): boolean {
  return SOURCE.test(path) && !/\.d\.[cm]?ts$/.test(path) && !BUNDLED.test(path);
}

/** A file that may tell how code is written in a project. */
export function isWanted(path: string): boolean {
  return isSource(path) || (CONFIGURATION.test(path) && !BUNDLED.test(path)) || /(?:^|\/)schemas?\/[^/]+\.json$/.test(path);
}
