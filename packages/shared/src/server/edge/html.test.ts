import fc from "fast-check";
import { expect, it } from "vitest";
import { html, joined } from "./html.ts";

it("escapes what is put in, and nothing twice", () => {
  const inner = html`<b>${"<script>"}</b>`;
  expect(html`<p title="${'"x\''}">${inner}${joined([inner])}</p>`.text).toBe('<p title="&quot;x&#39;"><b>&lt;script&gt;</b><b>&lt;script&gt;</b></p>');
});

it("lets no text become markup", () => {
  fc.assert(fc.property(fc.string(), (text) => !/[<>"']/.test(html`${text}`.text)));
});
