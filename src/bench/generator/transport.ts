import { isIP } from 'node:net'
import type { Call } from './call.ts'

/** Carries calls to a server, over as many connections as they need up to a limit; calls beyond it wait in their order. */
export interface Transport {
  /** Calls that were to count and found all connections taken, at their limit. */
  readonly waited: number
  /** The most connections that were open at a time. */
  readonly most: number
  submit(call: Call): void
  /** Gives up a call that waits too long, and what carries it. */
  abandon(call: Call): void
  close(): void
}

/** Where connections go. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  /** Of a connection with TLS. */
  readonly tls: EndpointTls | undefined
}

export interface EndpointTls {
  /** For SNI; absent for an address (RFC 6066, section 3). */
  readonly servername?: string
  readonly rejectUnauthorized: boolean
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'grpc:': 80, 'grpcs:': 443 }

/** @param origin a URL whose scheme is one of http, https, grpc, grpcs. */
export function endpointOf(origin: string, insecure: boolean): Endpoint {
  const { hostname, port, protocol } = new URL(origin)
  // Brackets belong to the URL, not to the address (RFC 3986, section 3.2.2).
  const host = hostname.replace(/^\[|\]$/g, '')
  const isSecure = protocol === 'https:' || protocol === 'grpcs:'
  return {
    host,
    port: port === '' ? PORTS[protocol]! : Number(port),
    tls: isSecure
      ? { ...(isIP(host) === 0 && { servername: host }), rejectUnauthorized: !insecure }
      : undefined,
  }
}
