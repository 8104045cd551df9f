import type { JsonEnvelope } from './json-blocks.ts'

/** A JSON document of the same form as the file, of these elements alone. */
export function wrapElements({ prefix, suffix }: JsonEnvelope, elements: Uint8Array): Uint8Array {
  const document = new Uint8Array(prefix.length + elements.length + suffix.length)
  document.set(prefix)
  document.set(elements, prefix.length)
  document.set(suffix, prefix.length + elements.length)
  return document
}
