import { validateHeaderValue } from "node:http";
import fc from "fast-check";
import { expect, it } from "vitest";
import { contentDisposition } from "./content-disposition.ts";

it("makes one harmless header of any text, and keeps what a name may have", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
      const header = contentDisposition(name);
      validateHeaderValue("content-disposition", header);
      expect(header).toMatch(/^attachment; filename="[^"\\%;]+"; filename\*=UTF-8''[\w.%~!-]+$/);
      const saved = decodeURIComponent(header.split("''").at(-1) ?? "");
      expect(saved).not.toMatch(/[\\/\p{Cc}\p{Cf}]/u);
      expect(saved.length).toBeGreaterThan(0);
    }),
  );
  expect(contentDisposition("Résumé 2.pdf")).toBe("attachment; filename=\"Resume 2.pdf\"; filename*=UTF-8''R%C3%A9sum%C3%A9%202.pdf");
  expect(contentDisposition("\u202e/..")).toBe("attachment; filename=\"_..\"; filename*=UTF-8''_..");
  expect(contentDisposition("\n")).toBe("attachment; filename=\"download\"; filename*=UTF-8''download");
});
