import { expect, test } from "vitest";
import { parseEnv } from "./env-file.mjs";

test("reads names and values, quoted or not, and leaves comments out", () => {
  const text = ["# comment", "PORT=4000", "  export HOST = 0.0.0.0  # all", `PUBLIC_URL="https://a.example/#x" # why`, "EMPTY=", "SINGLE='a \"b\" \\n'", 'LINES="a\\nb"', "URL=postgresql://u:p#w@h/db", "not a line", "=x"].join("\n");
  expect(Object.fromEntries(parseEnv(text))).toEqual({
    PORT: "4000",
    HOST: "0.0.0.0",
    PUBLIC_URL: "https://a.example/#x",
    EMPTY: "",
    SINGLE: 'a "b" \\n',
    LINES: "a\nb",
    URL: "postgresql://u:p#w@h/db",
  });
});
