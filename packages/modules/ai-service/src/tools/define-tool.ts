import { z } from "zod";
import type { ITool, ToolDescription } from "./tool.ts";

/** A tool whose input is checked before it runs. */
export function defineTool<Schema extends z.ZodType>({ name, description, schema, title, run }: ToolDescription<Schema>): ITool {
  const { $schema: _dialect, ...inputSchema } = z.toJSONSchema(schema, { io: "input" });
  return {
    definition: { name, description, inputSchema },
    title(input) {
      const parsed = schema.safeParse(input);
      return parsed.success ? title(parsed.data) : name;
    },
    async run(context, input) {
      const parsed = schema.safeParse(input);
      if (parsed.success) return run(context, parsed.data);
      const faults = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join(".") || "input"}: ${message}`);
      return { text: `The input of ${name} is not right: ${faults.join("; ")}`, results: [], failed: true };
    },
  };
}
