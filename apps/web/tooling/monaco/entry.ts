/** What the product has of Monaco: all of it but the client for language servers. */
export { CancellationTokenSource, css, editor, Emitter, html, json, KeyCode, KeyMod, languages, MarkerSeverity, MarkerTag, Position, Range, Selection, SelectionDirection, Token, typescript, Uri } from "monaco-editor";
