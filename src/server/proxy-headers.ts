/** A header of a request, or what stands for it in gRPC's metadata, by its name in lower case; `host` is the authority. */
export type ReadHeader = (name: string) => string | undefined

const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip']

/**
 * Whether a proxy says that it has passed a request on (RFC 7239, and what proxies wrote before it): one on this machine listens
 * for others than its programs.
 */
export function isProxied(header: ReadHeader): boolean {
  return PROXY_HEADERS.some((name) => header(name) !== undefined)
}
