import type { ModelSignature } from '../../../signature/model-signature.ts'
import { wordsInFile } from './words-in-file.ts'

const SPACES: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d])
const CLOSE_BRACE = 0x7d

/**
 * The columns of a signature, if a file of records names them all: then a record without one of them has a missing
 * value there. Undefined where one of them may be missing from all records, for which MLflow refuses the input.
 * @throws ServingError BAD_REQUEST where the file cannot be read
 */
export function columnsOfRecords(
  path: string,
  signature: ModelSignature | undefined,
): readonly string[] | undefined {
  const schema = signature?.inputs
  if (schema?.kind !== 'columns') return undefined
  const names = schema.columns.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const found = wordsInFile(path, names.map(keyText))
  return names.every((name) => found.has(keyText(name))) ? names : undefined
}

/**
 * The same records, of which the first one has all columns: those that it had not are NaN, which is what pandas makes
 * of a key that only other records have. A key that comes twice has its last value.
 */
export function withColumns(elements: Uint8Array, columns: readonly string[]): Uint8Array {
  const behindBrace = afterSpaces(elements, 0) + 1
  const isEmpty = elements[afterSpaces(elements, behindBrace)] === CLOSE_BRACE
  const members = columns.map((name) => `${keyText(name)}: NaN`).join(', ')
  return Buffer.concat([
    elements.subarray(0, behindBrace),
    Buffer.from(isEmpty ? members : `${members}, `),
    elements.subarray(behindBrace),
  ])
}

function keyText(name: string): string {
  return JSON.stringify(name)
}

function afterSpaces(bytes: Uint8Array, from: number): number {
  let at = from
  while (SPACES.has(bytes[at])) at += 1
  return at
}
