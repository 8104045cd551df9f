/**
 * Text in lines of so many characters, broken between words. A word that is longer has a line of its own.
 * @param indent of all lines but the first
 */
export function wrapped(text: string, width: number, indent = ''): string {
  const [first = '', ...words] = text.trimStart().split(' ')
  const lines: string[] = []
  let line = `${text.slice(0, text.length - text.trimStart().length)}${first}`
  for (const word of words) {
    if (line.length + 1 + word.length <= width) line += ` ${word}`
    else {
      lines.push(line)
      line = `${indent}${word}`
    }
  }
  return [...lines, line].join('\n')
}
