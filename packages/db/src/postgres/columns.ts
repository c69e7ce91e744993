/** The column of a field: the schema maps `organizationId` to `organization_id`, and so on for every field. */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
