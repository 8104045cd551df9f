/**
 * The condition `key = 'text'` in MLflow's search grammar, which knows two kinds of quotes and no way to write a
 * quote within its own kind. Undefined for a text with both: it cannot be asked for.
 */
export function equals(key: string, text: string): string | undefined {
  if (!text.includes("'")) return `${key} = '${text}'`
  return text.includes('"') ? undefined : `${key} = "${text}"`
}
