const SLASH = 47
const LETTER_V = 118
const DIGIT_ONE = 49
const DIGIT_TWO = 50
const QUESTION_MARK = 63

/** Whether a URL is one of `/v2` or `/v1`, whose errors have the same form. Asked for every request. */
export function speaksOpenInference(url: string | undefined): boolean {
  if (url === undefined || url.charCodeAt(1) !== LETTER_V || url.charCodeAt(0) !== SLASH) return false
  const digit = url.charCodeAt(2)
  if (digit !== DIGIT_ONE && digit !== DIGIT_TWO) return false
  const after = url.charCodeAt(3)
  return Number.isNaN(after) || after === SLASH || after === QUESTION_MARK
}
