import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Sample } from '../../../src/bench/generator/samples-file.ts'
import { THREAD_NAME } from '../../../src/bench/generator/sender.ts'
import { runLoad } from '../../../src/bench/run-load.ts'
import type { Payload } from '../../../src/bench/target.ts'
import { GET, targetOf } from '../../bench/support/load-servers.ts'
import type { QueueRecords } from './queue-server.ts'

const SERVER = fileURLToPath(new URL('./queue-server.ts', import.meta.url))
const MEAN_MS = 5
const SECONDS = 4
/** By their paths the server's records and the generator's samples are brought together. */
const PAYLOADS: readonly Payload[] = Array.from({ length: 101 }, (_, index) => ({
  ...GET,
  name: `/${index}`,
  path: `/${index}`,
}))

/** One request, in the order in which the server served them; times of one clock, in milliseconds. */
interface Served {
  readonly intended: number
  readonly service: number
  readonly came: number
  /** As reported. */
  readonly latency: number
  /** Whether it came late, since another program had the processor of who was to send or to receive it. */
  readonly cameLate: boolean
  /** Whether another program had the processor when its answer was to leave or to be read. */
  readonly wasReadLate: boolean
}

interface Judged extends Served {
  readonly lindley: number
}

/** More than this between what should follow each other at once is another program's doing. */
const LATE_MS = 0.5

/** On a busy machine few requests are not held up: then there are more rounds. */
const JUDGED_AT_LEAST = 100
const ROUNDS_AT_MOST = 12

describe.each(['constant', 'exponential'])('with %s service', (distribution) => {
  test.each([0.3, 0.6, 0.8])('and a load of %f, latencies are those of Lindley', async (load) => {
    let served = 0
    const judged: Judged[] = []
    for (let round = 1; judged.length < JUDGED_AT_LEAST && round <= ROUNDS_AT_MOST; round += 1) {
      const requests = await serve(distribution, load, round)
      expect(requests.length).toBeGreaterThan((0.8 * load * SECONDS * 1000) / MEAN_MS)
      served += requests.length
      judged.push(
        ...lindleyLatencies(requests).filter(({ cameLate, wasReadLate }) => !cameLate && !wasReadLate),
      )
    }
    const agreeing = judged.filter(({ latency, lindley }) => agrees(latency, lindley))
    console.log(
      `${distribution}, load ${load}: ${share(judged.length, served)} of ${served} requests were not held up by ` +
        `other programs, and of these ${share(agreeing.length, judged.length)} agree with Lindley`,
    )
    expect(judged.length, 'This machine has too much else to do').toBeGreaterThanOrEqual(JUDGED_AT_LEAST)
    expect(agreeing.length / judged.length).toBeGreaterThan(0.97)
  })
})

/** Within 1 ms or 2 %. */
function agrees(latency: number, expected: number): boolean {
  return Math.abs(latency - expected) <= Math.max(1, expected * 0.02)
}

/**
 * W(n+1) = max(0, W(n) + S(n) - (A(n+1) - A(n))) (D. V. Lindley, 1952), and the service itself. What came late arrived when
 * it came: those behind it are judged all the same.
 */
function lindleyLatencies(served: readonly Served[]): readonly Judged[] {
  let wait = 0
  return served.map((request, index) => {
    const before = served[index - 1]
    if (before !== undefined) wait = Math.max(0, wait + before.service - (arrival(request) - arrival(before)))
    return { ...request, lindley: wait + request.service }
  })
}

function arrival({ cameLate, came, intended }: Served): number {
  return cameLate ? came : intended
}

async function serve(distribution: string, load: number, seed: number): Promise<readonly Served[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lindley-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const server = fork(SERVER, [String(MEAN_MS), distribution, THREAD_NAME])
  onTestFinished(() => void server.kill())
  const [{ port }] = (await once(server, 'message')) as [{ port: number }]
  const origin = `http://127.0.0.1:${port}`
  const samplesFile = join(folder, 'samples')
  const measured = await runLoad(
    targetOf(origin, PAYLOADS),
    {
      kind: 'open',
      ratePerSecond: (load * 1000) / MEAN_MS,
      arrivals: { kind: 'poisson' },
      warmUpMs: 0,
      durationMs: SECONDS * 1000,
      timeoutMs: 30_000,
      seed,
    },
    { samplesFile, threads: 1 },
  )
  expect(measured.answered).toBe(measured.offered)
  const records = (await (await fetch(`${origin}/records`)).json()) as QueueRecords
  return brought(records, samplesOf(samplesFile))
}

function samplesOf(path: string): readonly Sample[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Sample).sort((a, b) => a.intended - b.intended)
}

/** Both know the order of the requests of one path. */
function brought({ requests, pauses }: QueueRecords, samples: readonly Sample[]): readonly Served[] {
  const byPath = Map.groupBy(samples, ({ payload }) => payload)
  const turns = new Map<string, number>()
  const pairs = requests.map((record) => {
    const turn = turns.get(record.path) ?? 0
    turns.set(record.path, turn + 1)
    return { record, sample: byPath.get(record.path)![turn]! }
  })
  // The clocks differ by a constant: nothing can come before it was sent.
  const offset = Math.min(...pairs.map(({ record, sample }) => record.cameAt - sample.sent!))
  return pairs.map(({ record, sample }) => {
    const endedAt = record.endedAt - offset
    const readAt = sample.intended + sample.latency
    return {
      intended: sample.intended,
      service: record.endedAt - record.beganAt,
      came: record.cameAt - offset,
      latency: sample.latency,
      cameLate: record.cameAt - offset - sample.intended > LATE_MS,
      wasReadLate: pauses.some(([from, to]) => from - offset < readAt && to - offset > endedAt),
    }
  })
}

function share(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(1)} %`
}
