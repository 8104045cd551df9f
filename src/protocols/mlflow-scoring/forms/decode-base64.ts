import { valueError } from '../python/python-error.ts'

const FOREIGN = /[^A-Za-z0-9+/=]/g

/**
 * `base64.decodebytes`, as latin1 text: characters outside the alphabet are skipped, wrong padding is an error.
 * @throws PythonError ValueError
 */
export function decodeBase64(text: string): string {
  const digits = text.replace(FOREIGN, '')
  const end = digits.indexOf('=')
  const data = end === -1 ? digits : digits.slice(0, end)
  const padding = end === -1 ? 0 : digits.length - data.length
  if (data.length % 4 === 1) {
    throw valueError(
      'Invalid base64-encoded string: number of data characters cannot be 1 more than a multiple of 4',
    )
  }
  if (data.length % 4 > 0 && padding < 4 - (data.length % 4)) throw valueError('Incorrect padding')
  return Buffer.from(data, 'base64').toString('latin1')
}
