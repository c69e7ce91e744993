/**
 * Text of files and programs, marked so that the model can tell it from what the person says. What it holds cannot end the mark: whatever looks like one is taken apart.
 */
export function untrusted(source: string, text: string): string {
  return `<untrusted source="${source.replace(/["<>\r\n]/g, " ")}">\n${text.replace(/<(?=[\s/]*untrusted)/gi, "<\u200b")}\n</untrusted>`;
}
