import {
  type ImageReference,
  parseReference,
  referenceText,
} from '../../../image/registry/image-reference.ts'
import { ofCall, usageError } from '../../usage-error.ts'

/**
 * The name under which an image is found when it was loaded, in full: `localhost/iris:latest` for `iris`, as podman calls what it
 * builds; Docker Hub is meant by nobody who does not say so. @throws ServingError INVALID_PARAMETER_VALUE
 */
export function imageName(text: string): string {
  if (referenceOf(text).digest !== undefined) {
    throw usageError(`'${text}' names one image by its digest; the name of a new one has none`)
  }
  return referenceText(referenceOf(hasHost(text) ? text : `localhost/${text}`))
}

function referenceOf(text: string): ImageReference {
  return ofCall(() => parseReference(text))
}

function hasHost(text: string): boolean {
  const [first = '', ...rest] = text.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
}

/** A name for the image of a model: what a reference may not have is a hyphen (distribution specification 1.1). */
export function nameOfModel(name: string, version: string | undefined): string {
  const repository = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 128)
    .replace(/-+$/, '')
  const tag = (version ?? '').replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[.-]+/, '')
  return imageName(`${repository || 'model'}:${tag.slice(0, 128) || 'latest'}`)
}

/** What `--push` names: a tag, since the digest is not known before. @throws ServingError INVALID_PARAMETER_VALUE */
export function pushReference(text: string): ImageReference {
  const reference = referenceOf(text)
  if (reference.digest === undefined) return reference
  throw usageError(`--push: '${text}' names one image by its digest; a new one is pushed by a tag`)
}
