import { invalidParameter } from '../../core/errors.ts'

/** Ends a line, or what prints it: a Dockerfile has no way to write them in a value. */
const UNWRITABLE = /[\p{Cc}\u2028\u2029]/u

/**
 * A text as one word of a Dockerfile, of which nothing is expanded: between single quotes every character stands for itself,
 * also a backslash and a dollar sign (Dockerfile reference, "Environment replacement"), and a single quote is set between
 * double ones.
 * @param what the text is, for the message
 * @throws ServingError INVALID_PARAMETER_VALUE for a text with line breaks or other control characters
 */
export function quotedWord(text: string, what: string): string {
  if (UNWRITABLE.test(text)) {
    throw invalidParameter(
      `${what} has line breaks or control characters, which no Dockerfile can hold: build the image with \`headrace build-image\``,
    )
  }
  return `'${text.replaceAll("'", `'"'"'`)}'`
}

/** @throws ServingError INVALID_PARAMETER_VALUE for a name that would have to be quoted */
export function plainName(name: string, what: string): string {
  if (/^[A-Za-z0-9_][\w./-]*$/.test(name)) return name
  throw invalidParameter(`${what} '${name}' has other characters than letters, digits, and . _ / -`)
}
