/**
 * Whether a name can stand between two slashes of a URL: nothing that ends there, nor what clients take out of a path
 * before they send it (RFC 3986, section 5.2.4).
 */
export function isPathSegment(name: string): boolean {
  return name !== '.' && name !== '..' && !/[\p{Cc}/]/u.test(name)
}
