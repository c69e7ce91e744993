import "monaco-editor/language/html/html.worker.js";
import "./tell-started.ts";
