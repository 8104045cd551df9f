import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { ClosedLoad, OpenLoad } from '../../../src/bench/load.ts'
import type { Measurement } from '../../../src/bench/measurement.ts'
import type { Payload } from '../../../src/bench/target.ts'
import { GET } from './load-servers.ts'

export const OPEN: OpenLoad = {
  kind: 'open',
  ratePerSecond: 300,
  arrivals: { kind: 'constant' },
  warmUpMs: 0,
  durationMs: 300,
  timeoutMs: 5000,
  seed: 1,
}
export const CLOSED: ClosedLoad = {
  kind: 'closed',
  connections: 4,
  warmUpMs: 50,
  durationMs: 250,
  timeoutMs: 5000,
  seed: 1,
}
export const SCORE: Payload = {
  ...GET,
  name: 'row',
  method: 'POST',
  path: '/invocations',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"inputs": [1]}'),
  rows: 1,
  expected: { status: 200, check: { kind: 'predictions', rows: 1 } },
}
export const INFER: Payload = {
  ...GET,
  name: 'infer',
  method: 'POST',
  path: '/inference.GRPCInferenceService/ModelInfer',
  headers: { 'X-Key': 'k' },
  body: Buffer.from('abc'),
  expected: { status: 0 },
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'run-load-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Every request ended in exactly one way. */
export function expectAllAccountedFor({ offered, answered, failures, overTime }: Measurement): void {
  expect(answered + sum(Object.values(failures))).toBe(offered)
  expect(sum(overTime.map((second) => second.offered))).toBe(offered)
  expect(sum(overTime.map((second) => second.answered))).toBe(answered)
  expect(sum(overTime.map((second) => second.failed))).toBe(offered - answered)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

export function samplesOf(path: string): readonly Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
