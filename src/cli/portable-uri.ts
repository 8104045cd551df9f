import type { ResolvedModel } from '../core/resolved-model.ts'

/**
 * Where a model came from, for what others read on other machines: an image, a manifest. Undefined for a path, so that the same model in
 * another folder makes the same bytes.
 */
export function portableUri({ canonicalUri, path }: ResolvedModel): string | undefined {
  return canonicalUri === path ? undefined : canonicalUri
}
