import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from './server.ts'

/** A line of `/metrics`. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/gm
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g
const SETTLING_MS = 30_000

/** What a Headrace server says of itself. */
export async function scrape(server: Server): Promise<readonly Sample[]> {
  // Over a connection of its own, which is gone with the answer.
  const reply = await fetch(new URL('/metrics', server.url), { headers: { connection: 'close' } })
  const text = await reply.text()
  return [...text.matchAll(LINE)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, label]) => [key, label])),
    value: Number(value),
  }))
}

export function sum(samples: readonly Sample[], name: string, labels: Sample['labels'] = {}): number {
  const wanted = Object.entries(labels)
  return samples
    .filter((sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value))
    .reduce((total, { value }) => total + value, 0)
}

/** How a server batches: its state, and the mean number of rows of the run that a request was part of. */
export async function batchingOf(server: Server): Promise<string> {
  const samples = await scrape(server)
  const labels = samples.find(({ name }) => name === 'headrace_model_batching_info')?.labels ?? {}
  const rows = sum(samples, 'headrace_batch_rows_sum') / sum(samples, 'headrace_batch_rows_count')
  const most = sum(samples, 'headrace_max_batch_rows')
  return `${labels['state']} (${labels['reason']}), at most ${most} rows, on average ${rows.toFixed(1)}`
}

/** Waits until a server has found out how it batches, which it does in idle time after its start. */
export async function settled(server: Server): Promise<void> {
  const end = performance.now() + SETTLING_MS
  while (performance.now() < end) {
    const testing = { state: 'testing' }
    if (sum(await scrape(server), 'headrace_model_batching_info', testing) === 0) return
    await sleep(200)
  }
  console.log(`${server.plan.name} is still testing whether it may batch`)
}
