import "monaco-editor/language/css/css.worker.js";
import "./tell-started.ts";
