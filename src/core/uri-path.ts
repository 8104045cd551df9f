import { percentDecoded } from './percent-decoding.ts'
import { type UriParts, uriParts } from './uri-parts.ts'

/** Schemes that are written with `//` where no authority is named too (`uses_netloc` of Python's `urllib.parse`). */
const WITH_AUTHORITY = new Set(
  (
    'ftp,http,gopher,nntp,telnet,imap,wais,file,mms,https,shttp,snews,prospero,rtsp,rtsps,rtspu,rsync,svn,' +
    'svn+ssh,sftp,nfs,git,git+ssh,ws,wss'
  ).split(','),
)

/** As Python's `urllib.parse.urlunparse`. */
export function joinUri({ scheme, authority, path, parameters, query, fragment }: UriParts): string {
  let uri = parameters === '' ? path : `${path};${parameters}`
  if (authority !== '' || (WITH_AUTHORITY.has(scheme) && !uri.startsWith('//'))) {
    uri = `//${authority}${uri === '' || uri.startsWith('/') ? '' : '/'}${uri}`
  }
  if (scheme !== '') uri = `${scheme}:${uri}`
  if (query !== '') uri = `${uri}?${query}`
  return fragment === '' ? uri : `${uri}#${fragment}`
}

/**
 * A URI whose path goes on with `path`, before the query if there is one: MLflow's `append_to_uri_path`.
 * @param path relative, of parts with `/` between them
 */
export function appendToUri(uri: string, path: string): string {
  const parts = uriParts(uri)
  if (parts.scheme === '') return joinPaths(uri, path)
  const whole = joinPaths(parts.path, path)
  if (parts.path.startsWith('/')) return joinUri({ ...parts, path: whole })
  return `${parts.scheme}:${joinUri({ ...parts, scheme: '', path: whole })}`
}

/**
 * A path or a `file:` URI that is relative, as one in the folder that this process runs in; any other is left as
 * it is. `..` stays: what it means depends on links.
 */
export function absoluteLocation(location: string): string {
  const parts = uriParts(location)
  if (parts.scheme !== '' && parts.scheme !== 'file') return location
  const path = percentDecoded(parts.scheme === 'file' ? parts.path : location)
  if (path.startsWith('/')) return location
  const names = `${process.cwd()}/${path}`.split('/').filter((name) => name !== '' && name !== '.')
  const absolute = `/${names.join('/')}`
  return parts.scheme === 'file' ? joinUri({ ...parts, authority: '', path: absolute }) : absolute
}

function joinPaths(path: string, further: string): string {
  return path === '' || path.endsWith('/') ? `${path}${further}` : `${path}/${further}`
}
