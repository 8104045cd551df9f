const LONGEST_WORD = 200
const LONGEST_TEXT = 8_000

/**
 * A message without the middle of what no reader wants whole. Names and paths in a model are foreign input, and may be as
 * long as its file.
 */
export function shortened(message: string): string {
  return withoutMiddle(
    message.replace(/\S{201,}/gu, (word) => withoutMiddle(word, LONGEST_WORD)),
    LONGEST_TEXT,
  )
}

function withoutMiddle(text: string, longest: number): string {
  const characters = [...text]
  if (characters.length <= longest) return text
  const half = Math.floor((longest - 1) / 2)
  return `${characters.slice(0, half).join('')}…${characters.slice(-half).join('')}`
}
