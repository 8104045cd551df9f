import { setTimeout as delay } from 'node:timers/promises'
import { HeadraceProcess } from './headrace-process.ts'

/** Of the eight, those that log batches; the others log single metrics. */
const BATCH_WRITERS = 2
const WRITERS = 8
const BATCH_METRICS = 10

export interface TrackedDatabase {
  readonly databaseUri: string
  /** Working folder of the server. */
  readonly folder: string
}

/** One metric of a writer: the batch, or the single call, in which it was sent. */
interface Logged {
  readonly key: string
  readonly step: number
  readonly value: number
}

interface Writer {
  readonly acknowledged: Logged[][]
  /** The call that was under way when the server was killed: all of it is there afterwards, or nothing. */
  inFlight: Logged[]
}

export interface KillOutcome {
  readonly acknowledged: number
  /** Sentences about what is missing, there twice, or there in part. */
  readonly faults: readonly string[]
}

/**
 * Eight writers log metrics over HTTP until the server is killed, `afterMs` after the first answer; then another server
 * on the same database is asked what is there.
 */
export async function killInTheMiddle(database: TrackedDatabase, afterMs: number): Promise<KillOutcome> {
  const server = start(database)
  const url = await server.listening()
  const runId = await newRun(url)
  const writers = Array.from({ length: WRITERS }, (): Writer => ({ acknowledged: [], inFlight: [] }))
  const ended = writers.map((writer, index) => writeUntilKilled(url, runId, index, writer))
  while (writers.every(({ acknowledged }) => acknowledged.length === 0)) await delay(1)
  await delay(afterMs)
  server.signal('SIGKILL')
  await Promise.all([...ended, server.finished()])

  const next = start(database)
  const nextUrl = await next.listening()
  const faults = await Promise.all(
    writers.map((writer, index) => faultsOf(nextUrl, runId, keyOf(index), writer)),
  )
  await next.terminate()
  return {
    acknowledged: writers.flatMap((writer) => writer.acknowledged.flat()).length,
    faults: faults.flat(),
  }
}

function start({ databaseUri, folder }: TrackedDatabase): HeadraceProcess {
  return new HeadraceProcess({
    args: ['server', '--backend-store-uri', databaseUri, '--port', '0'],
    cwd: folder,
  })
}

async function newRun(url: string): Promise<string> {
  const reply = await post(url, 'runs/create', { experiment_id: '0' })
  const { run } = (await reply.json()) as { readonly run: { readonly info: { readonly run_id: string } } }
  return run.info.run_id
}

async function writeUntilKilled(url: string, runId: string, index: number, writer: Writer): Promise<void> {
  const size = index < BATCH_WRITERS ? BATCH_METRICS : 1
  for (let step = 0; ; step += size) {
    const metrics = Array.from({ length: size }, (_, offset) => ({
      key: keyOf(index),
      step: step + offset,
      value: Math.random(),
    }))
    writer.inFlight = metrics
    try {
      const reply = await log(url, runId, metrics)
      if (reply.status !== 200) throw new Error(`A metric was answered with ${reply.status}`)
      await reply.arrayBuffer()
    } catch (error) {
      if (error instanceof TypeError) return
      throw error
    }
    writer.acknowledged.push(metrics)
    writer.inFlight = []
  }
}

function log(url: string, runId: string, metrics: readonly Logged[]): Promise<Response> {
  const timed = metrics.map((metric) => ({ ...metric, timestamp: 1 }))
  return timed.length === 1
    ? post(url, 'runs/log-metric', { run_id: runId, ...timed[0] })
    : post(url, 'runs/log-batch', { run_id: runId, metrics: timed })
}

async function faultsOf(url: string, runId: string, key: string, writer: Writer): Promise<string[]> {
  const reply = await fetch(
    `${url}/api/2.0/mlflow/metrics/get-history?run_id=${runId}&metric_key=${key}&max_results=25000`,
  )
  const { metrics = [] } = (await reply.json()) as { readonly metrics?: readonly Logged[] }
  const found = new Map(metrics.map(({ step, value }) => [step, value]))
  const isThere = ({ step, value }: Logged) => found.get(step) === value
  const sent = writer.acknowledged.flat()
  const partly = writer.inFlight.some(isThere) && !writer.inFlight.every(isThere)
  const more = metrics.length - sent.length - (writer.inFlight.every(isThere) ? writer.inFlight.length : 0)
  return [
    ...sent
      .filter((metric) => !isThere(metric))
      .map(({ step }) => `${key}: step ${step} was acknowledged and is lost`),
    ...(partly ? [`${key}: a batch is there in part`] : []),
    ...(more === 0 ? [] : [`${key}: ${more} more than were sent, of ${metrics.length}`]),
  ]
}

function keyOf(index: number): string {
  return `writer-${index}`
}

function post(url: string, call: string, body: unknown): Promise<Response> {
  return fetch(`${url}/api/2.0/mlflow/${call}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}
