import { createHash } from 'node:crypto'

/** Of a label of DNS (RFC 1123, section 2.1), and of the value of a label of Kubernetes. */
const LONGEST = 63
const HASH_DIGITS = 8
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

/**
 * A name for objects out of any text: small letters, digits and hyphens, with a letter first, as also a Service wants it
 * (RFC 1035, section 2.3.1). What is too long is cut, and told from others by a hash of the whole.
 * @param longest for objects whose name gets an ending
 */
export function objectName(text: string, longest = LONGEST): string {
  const letters = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mark}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  if (letters === '') return `model-${hashOf(text)}`
  const name = /^[a-z]/.test(letters) ? letters : `model-${letters}`
  return name.length <= longest ? name : shortened(name, text, longest)
}

/** Whether a text may be the name of an object as it is. */
export function isObjectName(text: string, longest = LONGEST): boolean {
  return text.length <= longest && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(text)
}

/** Whether a text may be the name of a namespace: a label of DNS, which may begin with a digit. */
export function isNamespaceName(text: string): boolean {
  return text.length <= LONGEST && DNS_LABEL.test(text)
}

/** Of a subdomain of DNS (RFC 1123, section 2.1). */
const LONGEST_SUBDOMAIN = 253

/** Whether a text may be the name of a Secret or a PersistentVolumeClaim: labels of DNS with dots between them. */
export function isSubdomainName(text: string): boolean {
  return text.length <= LONGEST_SUBDOMAIN && text.split('.').every((label) => DNS_LABEL.test(label))
}

/** The value of a label out of any text: letters, digits, `-`, `_` and `.`, the first and the last a letter or digit. */
export function labelValue(text: string): string {
  const value = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[._-]+|[._-]+$/g, '')
  return value.length <= LONGEST ? value : shortened(value, text, LONGEST)
}

function shortened(name: string, whole: string, longest: number): string {
  const kept = name.slice(0, longest - HASH_DIGITS - 1).replace(/[._-]+$/, '')
  return `${kept}-${hashOf(whole)}`
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS)
}
