import { uriParts } from '../../core/uri-parts.ts'

/** What a `models:` URI names: a logged model, or a version of a registered model in one of several ways. */
export type ModelsUri =
  | { readonly modelId: string }
  | { readonly name: string; readonly version: string }
  | { readonly name: string; readonly alias: string }
  /** The highest version, of all stages where `stage` is undefined. */
  | { readonly name: string; readonly stage: string | undefined }

/** As MLflow's `_parse_model_uri`; undefined for what is no `models:` URI of a known form. */
export function parseModelsUri(uri: string): ModelsUri | undefined {
  const { scheme, path } = uriParts(uri, { fragments: false })
  if (scheme !== 'models' || !path.startsWith('/')) return undefined
  const [first = '', suffix, ...others] = path.replace(/^\/+/, '').split('/')
  if (first.trim() === '' || others.length > 0) return undefined
  if (suffix === undefined) return parseSingle(first)
  if (suffix.trim() === '') return undefined
  if (/^\p{Nd}+$/u.test(suffix)) return { name: first, version: suffix }
  return { name: first, stage: suffix.toLowerCase() === 'latest' ? undefined : suffix }
}

function parseSingle(text: string): ModelsUri | undefined {
  const at = text.lastIndexOf('@')
  if (at < 0) return { modelId: text }
  const alias = text.slice(at + 1)
  return alias.trim() === '' ? undefined : { name: text.slice(0, at), alias }
}
