import { expect, it } from "vitest";
import { asksToGenerate, asksToRun, wishOf } from "./wish.ts";

const runs = (said: string, script: string, before = "") => asksToRun(wishOf(said, before), script);

it.each([
  ["run the tests", "test"], ["does test:unit pass?", "test:unit"], ["Please build it", "build"], ["lint this", "lint:fix"], ["führe deploy aus", "deploy"], ["start the server", "dev"], ["run everything", "deploy"], ["check the types", "typecheck"],
  ["run db:seed-all.", "db:seed-all"],
])("'%s' asks for %s", (said, script) => expect(runs(said, script)).toBe(true));

it.each([
  ["what is this project about", "test"], ["check what the tests do", "deploy"], ["run the tests", "postinstall"], ["is there a redeployment?", "deploy"], ["start with the README", "publish"], ["", "test"], ["Explain .*", "anything"],
])("'%s' does not ask for %s", (said, script) => expect(runs(said, script)).toBe(false));

it("takes a yes for what was asked by name, and for nothing else", () => {
  expect(runs("yes, please", "deploy", "Shall I run `deploy`?")).toBe(true);
  expect(runs("ja", "deploy", "Soll ich deploy ausführen?")).toBe(true);
  expect(runs("yes", "publish", "Shall I run `deploy`?")).toBe(false);
  expect(runs("no", "deploy", "Shall I run `deploy`?")).toBe(false);
  expect(runs("yesterday it worked", "deploy", "Shall I run `deploy`?")).toBe(false);
  expect(runs("Yes, I have read the file, but tell me what it says about the release and all that comes before it, in detail", "deploy", "It says to run deploy.")).toBe(false);
  expect(asksToGenerate(wishOf("yes", "Shall I generate an endpoint?"))).toBe(true);
  expect(asksToGenerate(wishOf("what is this", "I can generate an endpoint"))).toBe(false);
});
