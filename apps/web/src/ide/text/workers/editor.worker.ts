import "monaco-editor/editor/editor.worker.js";
import "./tell-started.ts";
