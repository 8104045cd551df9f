import { setImmediate as nextTurn } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ExchangeRegistry } from '../../src/server/exchange-registry.ts'
import { Gate } from '../../src/server/gate.ts'
import { ServerMetrics } from '../../src/server/metrics/server-metrics.ts'
import type { ReplyChannel } from '../../src/server/reply-channel.ts'
import { sendReply } from '../../src/server/reply-coding.ts'

interface Written {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: string
}

/** A way back to a client that keeps what is written. */
class KeepingChannel implements ReplyChannel {
  readonly isFollowed = false
  readonly written: Written[] = []

  watch(): void {
    // Its client stays.
  }

  write(status: number, headers: string[], body: string | Uint8Array): void {
    this.written.push({ status, headers: [...headers], body: String(body) })
  }

  refuse(status: number, headers: string[], body: string): void {
    this.write(status, headers, body)
  }

  proceed(): void {
    // It waits for nothing.
  }

  receive(): () => void {
    return () => {}
  }

  endConnection(): void {
    // It has none.
  }
}

function entered(channel: ReplyChannel) {
  const logger = pino({ level: 'silent' })
  const registry = new ExchangeRegistry({ metrics: new ServerMetrics(), logger, accessLog: false })
  const gate = new Gate({ registry, apiKeys: undefined, cors: undefined, onPause: () => {} })
  const headers = { 'accept-encoding': 'gzip' }
  return gate.enter({ method: 'POST', url: '/v2/models/sums/infer', headers }, channel)!
}

/** Nothing else of this thread goes on meanwhile, and what other threads do is done. */
function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

const CONTENT = {
  contentType: 'application/octet-stream',
  body: Buffer.alloc(100_000),
  headerLength: 12,
}

test.each([0, 1, 2, 3])(
  'a time-out while a reply is compressed says nothing of that reply (after %d turns)',
  async (turns) => {
    const channel = new KeepingChannel()
    const exchange = entered(channel)
    sendReply(exchange, CONTENT)
    for (let turn = 0; turn < turns; turn += 1) {
      await nextTurn()
      block(20)
    }
    const sentInTime = exchange.status !== 0
    // What was compressed meanwhile comes in this turn, and the time-out is written at its end.
    exchange.expire()
    block(20)
    while (channel.written.length === 0) await nextTurn()
    const [{ status, headers }] = channel.written as [Written]
    expect(status).toBe(sentInTime ? 200 : 504)
    expect(headers.includes('content-encoding')).toBe(sentInTime)
    expect(headers.includes('inference-header-content-length')).toBe(sentInTime)
  },
)
