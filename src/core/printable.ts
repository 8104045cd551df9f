/**
 * Text for one line of a terminal. Names, messages and paths of a registry or server are foreign input, and a
 * terminal obeys control characters.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
}
