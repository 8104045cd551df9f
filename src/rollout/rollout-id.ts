import { hash } from 'node:crypto'

/**
 * The id of a rollout, which is the seed of its assignment: replicas that are started with the same rollout over the same
 * versions have the same, and a rollout over other versions gives its keys to variants anew. The first 16 hexadecimal digits
 * of the SHA-256 of `[name,[[variant,version],…]]`, as JSON.stringify writes it, in UTF-8.
 * @param variants in the order of the rollout, the control first; `version` as the model is served.
 */
export function rolloutId(
  name: string,
  variants: readonly { readonly name: string; readonly version: string }[],
): string {
  const named = JSON.stringify([name, variants.map((variant) => [variant.name, variant.version])])
  return hash('sha256', named, 'hex').slice(0, 16)
}
