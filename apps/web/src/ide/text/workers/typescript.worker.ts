import "monaco-editor/language/typescript/ts.worker.js";
import "./tell-started.ts";
