// Loaded with the first editor and never before: see `monaco.ts`.
import "./monaco-workers.ts";
import type * as Monaco from "monaco-editor";
import { MONACO_BUNDLE } from "./monaco-bundle.ts";
import { MONACO_THEME_IDS, monacoTheme } from "./monaco-theme.ts";

/** What `tooling/monaco/entry.ts` exports. */
export type MonacoApi = Omit<typeof Monaco, "lsp">;

/** Fetches Monaco and sets it up as the product has it. What could not be fetched is fetched anew when it is called again. */
export async function setUpMonaco(): Promise<MonacoApi> {
  const [monaco] = await Promise.all([fetchModule(), fetchStyles()]);
  configure(monaco);
  return monaco;
}

function configure(monaco: MonacoApi): void {
  for (const id of MONACO_THEME_IDS) monaco.editor.defineTheme(id, monacoTheme(id));

  // Keys that the product has a command for do the same in editors as everywhere.
  const { KeyCode, KeyMod } = monaco;
  monaco.editor.addKeybindingRules([
    { keybinding: KeyCode.F1, command: null },
    { keybinding: KeyMod.CtrlCmd | KeyCode.KeyG, command: null },
    { keybinding: KeyMod.Alt | KeyCode.PageUp, command: null },
    { keybinding: KeyMod.Alt | KeyCode.PageDown, command: null },
    { keybinding: KeyMod.Alt | KeyCode.KeyW, command: null },
    { keybinding: KeyMod.Alt | KeyCode.KeyW, command: "toggleFindWholeWord", when: "findWidgetVisible && findInputFocussed" },
  ]);

  // The language service sees open files alone. What it would say about anything beyond them is wrong, so it is not asked.
  for (const defaults of [monaco.typescript.typescriptDefaults, monaco.typescript.javascriptDefaults]) {
    defaults.setDiagnosticsOptions({ noSemanticValidation: true, noSuggestionDiagnostics: true });
    defaults.setCompilerOptions({
      ...defaults.getCompilerOptions(),
      target: monaco.typescript.ScriptTarget.ESNext,
      module: monaco.typescript.ModuleKind.ESNext,
      moduleResolution: monaco.typescript.ModuleResolutionKind.NodeJs,
      jsx: monaco.typescript.JsxEmit.Preserve,
      allowNonTsExtensions: true,
    });
    defaults.setModeConfiguration({ completionItems: true, hovers: true, documentSymbols: true, definitions: true, documentHighlights: true, diagnostics: true, documentRangeFormattingEdits: true, signatureHelp: true, onTypeFormattingEdits: true, codeActions: false, inlayHints: false, references: false, rename: false });
  }
  monaco.json.jsonDefaults.setDiagnosticsOptions({ validate: true, allowComments: true, trailingCommas: "ignore", schemas: [], enableSchemaRequest: false });
}

let failures = 0;

async function fetchModule(): Promise<MonacoApi> {
  // Most browsers remember for as long as the page stands that a module did not come, and ask again only under another address.
  const address = failures === 0 ? MONACO_BUNDLE.script : `${MONACO_BUNDLE.script}?again=${failures}`;
  try {
    return await import(/* turbopackIgnore: true */ address);
  } catch (error) {
    failures += 1;
    throw error;
  }
}

/** Before the first editor stands: it measures what it draws. */
function fetchStyles(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: MONACO_BUNDLE.styles });
  link.addEventListener("load", () => resolve());
  link.addEventListener("error", () => {
    link.remove();
    reject(new Error("The style sheet of the editor could not be fetched"));
  });
  document.head.append(link);
  return promise;
}
