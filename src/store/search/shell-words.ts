/**
 * Splits a text into words as a POSIX shell, and Python's `shlex.split`, does: at white space, outside of quotes,
 * which are left out.
 * @returns undefined where a quote or an escape does not end
 */
export function splitShellWords(text: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\' && quote !== "'") {
      at += 1
      if (at === text.length) return undefined
      const escaped = text.charAt(at)
      const isEscape = quote === '' || escaped === quote || escaped === '\\'
      word = (word ?? '') + (isEscape ? escaped : char + escaped)
    } else if (quote !== '') {
      if (char === quote) quote = ''
      else word += char
    } else if (char === "'" || char === '"') {
      quote = char
      word ??= ''
    } else if (!/[ \t\r\n]/.test(char)) {
      word = (word ?? '') + char
    } else if (word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}
