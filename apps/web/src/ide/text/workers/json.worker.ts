import "monaco-editor/language/json/json.worker.js";
import "./tell-started.ts";
