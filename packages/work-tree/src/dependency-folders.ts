/** What package managers and tools put there, whether or not somebody has told git to ignore it. */
export const DEPENDENCY_FOLDERS: ReadonlySet<string> = new Set([
  "node_modules", "bower_components", "jspm_packages", ".venv", "venv", "__pycache__", ".tox", ".nox", "site-packages", ".gradle", ".terraform", ".pnpm-store",
]);

