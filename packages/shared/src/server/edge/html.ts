/** Text that is HTML already. Everything else is escaped where it is put into a template. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Builds HTML; what is put in is escaped unless it was built the same way. */
export function html(strings: TemplateStringsArray, ...values: readonly (Html | string)[]): Html {
  const parts = strings.map((literal, index) => {
    const value = values[index];
    if (value === undefined) return literal;
    return literal + (value instanceof Html ? value.text : value.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign));
  });
  return new Html(parts.join(""));
}

export function joined(parts: readonly Html[]): Html {
  return new Html(parts.map((part) => part.text).join(""));
}
