import { setTimeout as sleep } from 'node:timers/promises'
import { wrongAnswer } from '../workloads/answer.ts'
import type { BenchRequest, Dialect, Workload } from '../workloads/workload.ts'
import type { ProcessGroup } from './process-group.ts'

export interface FirstPrediction {
  /** From exec, polled every 10 ms. */
  readonly startMs: number
  readonly replyBytes: number
}

interface Asked {
  readonly group: ProcessGroup
  readonly url: string
  readonly request: BenchRequest
  /** Undefined for a reference, which answers 200 and nothing that could be right or wrong. */
  readonly answers: { readonly workload: Workload; readonly dialect: Dialect } | undefined
}

const POLL_MS = 10
const TIMEOUT_MS = 90_000
/** A server may answer that it is not ready; one that goes on refusing will not change its mind. */
const REFUSING_MS = 15_000
const REPLY_MS = 30_000

/** Asks until the first right answer. @throws Error saying what came instead: an exit, a refusal, a wrong answer */
export async function firstPrediction(asked: Asked): Promise<FirstPrediction> {
  const startedAt = performance.now()
  let refusedAt: number | undefined
  let last = 'nothing listens'
  while (performance.now() - startedAt < TIMEOUT_MS) {
    if (asked.group.exited !== undefined) throw new Error(`ended: ${asked.group.exited}`)
    const reply = await ask(asked)
    if (reply?.status === 200) {
      const startMs = performance.now() - startedAt
      const wrong = asked.answers && wrongAnswer(asked.answers.workload, asked.answers.dialect, reply)
      if (wrong !== undefined) throw new Error(`wrong answer: ${wrong}`)
      return { startMs, replyBytes: reply.body.length }
    }
    if (reply !== undefined) {
      last = `HTTP ${reply.status} ${reply.body.toString('utf8', 0, 300)}`
      refusedAt ??= performance.now()
      if (performance.now() - refusedAt > REFUSING_MS) break
    }
    await sleep(POLL_MS)
  }
  throw new Error(`no prediction: ${last}`)
}

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

/** @returns undefined while nobody answers. */
async function ask({ url, request }: Asked): Promise<Reply | undefined> {
  try {
    const { body, headers } = request
    const signal = AbortSignal.timeout(REPLY_MS)
    const reply = await fetch(url, {
      method: 'POST',
      headers: { ...headers, connection: 'close' },
      body,
      signal,
    })
    return { status: reply.status, headers: reply.headers, body: Buffer.from(await reply.arrayBuffer()) }
  } catch {
    return undefined
  }
}
