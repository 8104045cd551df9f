import { Gauge, type Registry } from 'prom-client'
import type { BodyReader } from '../body-reader.ts'
import type { ExchangeRegistry } from '../exchange-registry.ts'

export interface ServerFigureSources {
  readonly registry: ExchangeRegistry
  readonly bodies: BodyReader
}

/** Of the server as a whole. */
export function serverFigures(
  { registry: exchanges, bodies }: ServerFigureSources,
  registry: Registry,
): void {
  const registers = [registry]
  new Gauge({
    name: 'headrace_requests_in_flight',
    help: 'Requests that are not answered yet, this scrape included.',
    registers,
    collect() {
      this.set(exchanges.size)
    },
  })
  new Gauge({
    name: 'headrace_request_body_buffered_bytes',
    help: 'Bytes of request bodies that are being received, wait or are worked on.',
    registers,
    collect() {
      this.set(bodies.bufferedBytes)
    },
  })
}
