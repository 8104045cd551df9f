import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asLogBatch, type LogEntry, takeBatch } from '../../../src/client/log-queue/log-entry.ts'

const key = fc.string({ minLength: 1, maxLength: 4 })
const entry: fc.Arbitrary<LogEntry> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ key, value: fc.double(), timestamp: fc.nat() }).map(asMetric) },
  { weight: 1, arbitrary: fc.record({ key, value: fc.string() }).map(asParam) },
  { weight: 1, arbitrary: fc.record({ key, value: fc.string() }).map(asTag) },
)

function asMetric(metric: { key: string; value: number; timestamp: number }): LogEntry {
  return { kind: 'metric', metric }
}

function asParam(param: { key: string; value: string }): LogEntry {
  return { kind: 'param', param }
}

function asTag(tag: { key: string; value: string }): LogEntry {
  return { kind: 'tag', tag }
}

function batchesOf(entries: readonly LogEntry[]): readonly (readonly LogEntry[])[] {
  const queue = [...entries]
  const batches: (readonly LogEntry[])[] = []
  while (queue.length > 0) batches.push(takeBatch(queue))
  return batches
}

describe('the batches of a queue', () => {
  test("hold every entry once, in order, within MLflow's limits", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 3000 }), (entries) => {
        const batches = batchesOf(entries)
        expect(batches.flat()).toEqual(entries)
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0)
          const { metrics, params, tags } = asLogBatch(batch)
          expect(metrics.length + params.length + tags.length).toBeLessThanOrEqual(1000)
          expect(Math.max(params.length, tags.length)).toBeLessThanOrEqual(100)
          expect(new Set(params.map((param) => param.key)).size).toBe(params.length)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('are as few as there can be', () => {
    const metrics = Array.from({ length: 2500 }, (_, step) =>
      asMetric({ key: 'a', value: step, timestamp: 0 }),
    )
    expect(batchesOf(metrics).map(({ length }) => length)).toEqual([1000, 1000, 500])
    const params = Array.from({ length: 250 }, (_, number) => asParam({ key: `${number}`, value: '' }))
    expect(batchesOf(params).map(({ length }) => length)).toEqual([100, 100, 50])
  })

  test('stay below a million bytes', () => {
    const long = Array.from({ length: 100 }, (_, number) =>
      asTag({ key: `${number}`, value: 'é'.repeat(5000) }),
    )
    for (const batch of batchesOf(long)) {
      const texts = asLogBatch(batch).tags.map(({ value }) => value.length * 6)
      expect(texts.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(1_000_000)
    }
  })

  test('have the later value of a tag that comes twice', () => {
    const batch = asLogBatch([asTag({ key: 'a', value: '1' }), asTag({ key: 'a', value: '2' })])
    expect(batch.tags).toEqual([{ key: 'a', value: '2' }])
  })
})
