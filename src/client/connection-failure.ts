import { cancelled, invalidParameter, messageOf, ServingError, unreachable } from '../core/errors.ts'
import { cancellation } from './retry.ts'

/** What was asked, for messages. */
export interface Asked {
  /** Without credentials. */
  readonly url: string
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs: number
  /** What the user sets it all by. Default: MLflow's variables. */
  readonly settings?: FailureSettings | undefined
}

/** The names of settings that a message may advise. */
export interface FailureSettings {
  readonly timeout?: string
  readonly authority: string
  readonly clientCertificate?: string
}

const MLFLOW_SETTINGS: FailureSettings = {
  timeout: 'MLFLOW_HTTP_REQUEST_TIMEOUT',
  authority: 'MLFLOW_TRACKING_SERVER_CERT_PATH',
  clientCertificate: 'MLFLOW_TRACKING_CLIENT_CERT_PATH',
}

/** Node's codes of certificates that were not accepted (`tls`, X509 certificate error codes). */
const DISTRUST: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not one that is trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known here',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it was revoked',
  CERT_UNTRUSTED: 'its authority is not trusted here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host',
}

/**
 * The error for a request that got no answer, or whose answer broke off. All are `unreachable` but those that
 * asking again cannot mend: a certificate that is not accepted, TLS on one side alone, a proxy that is not named
 * rightly, a call that was cancelled.
 */
export function connectionFailure(cause: unknown, asked: Asked): ServingError {
  const { url, signal, settings = MLFLOW_SETTINGS } = asked
  if (cause instanceof ServingError) return cause
  if (signal?.aborted) return cancellation(signal, `while ${url} was asked`)
  const code = codeOf(cause)
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return cancelled(`The connection to ${url} was closed`)
  }
  if (code === 'UND_ERR_INVALID_ARG' || code === 'ERR_INVALID_URL') {
    return invalidParameter(`${url} cannot be asked: ${messageOf(cause)}. Check HTTP_PROXY and HTTPS_PROXY.`)
  }
  const mistake = tlsFailure(url, code, cause, settings) ?? protocolFailure(url, cause)
  if (mistake !== undefined) return invalidParameter(mistake, { url, reason: code })
  const reason = reasonFor(code, asked.timeoutMs, settings) ?? messageOf(cause)
  return unreachable(`${url} does not answer: ${reason}`, { details: { url, reason: code }, cause })
}

function reasonFor(code: string, timeoutMs: number, { timeout }: FailureSettings): string | undefined {
  const seconds = `${timeoutMs / 1000} s${timeout === undefined ? '' : ` (${timeout})`}`
  switch (code) {
    case 'ECONNREFUSED':
      return 'the connection was refused (is the server running there?)'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name of the host was not found (${code})`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no way to the host (${code})`
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return 'the host took no connection in time'
    case 'UND_ERR_HEADERS_TIMEOUT':
      return `no answer within ${seconds}`
    case 'UND_ERR_BODY_TIMEOUT':
      return `the answer stopped for ${seconds}`
    case 'UND_ERR_PRX_CONN':
      return 'the proxy closed the connection'
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return 'the connection was closed in the middle'
    default:
      return undefined
  }
}

function tlsFailure(
  url: string,
  code: string,
  cause: unknown,
  { authority, clientCertificate }: FailureSettings,
): string | undefined {
  const distrust = DISTRUST[code]
  if (distrust !== undefined) {
    return (
      `The certificate of ${url} is not accepted: ${distrust} (${code}). ` +
      `Name its authority with ${authority}.`
    )
  }
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|ALERT_BAD_CERTIFICATE/.test(code)) {
    const see = clientCertificate === undefined ? '' : `: see ${clientCertificate}`
    return `${url} wants another client certificate (${code})${see}`
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_OSSL_')) {
    return `TLS failed with ${url}: ${messageOf(cause).split('\n', 1)[0]}. Is it an http:// address?`
  }
  return undefined
}

/** undici's parser says so, in llhttp's words, of an answer whose first bytes are none of HTTP's. */
function protocolFailure(url: string, cause: unknown): string | undefined {
  const isOtherProtocol = cause instanceof Error && /Expected HTTP\//.test(cause.message)
  return isOtherProtocol ? `${url} does not speak HTTP. Is it an https:// address?` : undefined
}

/** undici wraps some causes, and Node groups the failures of a host's addresses. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return ''
  const { code, cause } = thrown as { code?: unknown; cause?: unknown }
  if (typeof code === 'string' && !(code === 'UND_ERR_SOCKET' && hasCode(cause))) return code
  return codeOf(cause)
}

function hasCode(thrown: unknown): boolean {
  return codeOf(thrown) !== ''
}
