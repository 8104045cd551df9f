import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchCandidates, flagsOf, flagsText, threadCandidates } from '../../../src/bench/tune/candidate.ts'

const ON_FOUR = { cores: 4, fixed: new Set<string>() }

describe('what is tried', () => {
  test('begins with the default', () => {
    expect(flagsText(flagsOf(threadCandidates(ON_FOUR)[0] ?? {}, 4))).toBe('default')
  })

  test('is scaled from the cores that it was measured on to those that there are', () => {
    expect(flagsOf({ placement: 'pool', workers: 'half' }, 3)).toEqual({ placement: 'pool', workers: '2' })
    expect(flagsOf({ placement: 'pool', workers: 'half' }, 8)).toEqual({ placement: 'pool', workers: '4' })
    expect(flagsOf({ placement: 'inline', listeners: 'all' }, 8)).toEqual({
      placement: 'inline',
      listeners: '8',
    })
  })

  test('is nothing twice, on any number of cores, and no thread too many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 128 }), (cores) => {
        const flags = threadCandidates({ cores, fixed: new Set() }).map((candidate) =>
          flagsOf(candidate, cores),
        )
        expect(new Set(flags.map(flagsText)).size).toBe(flags.length)
        for (const { workers = '1', listeners = '1' } of flags) {
          expect(Number(workers)).toBeGreaterThanOrEqual(1)
          expect(Number(listeners)).toBeGreaterThanOrEqual(1)
          expect(Math.max(Number(workers), Number(listeners))).toBeLessThanOrEqual(cores)
        }
      }),
    )
  })

  test('leaves to the flags of the user what they say', () => {
    const fixed = new Set(['listeners', 'max-batch-rows'])
    const trials = { cores: 4, fixed }
    const tried = [...threadCandidates(trials), ...batchCandidates({}, undefined, trials)]
    const flags = tried.map((candidate) => flagsOf(candidate, 4))
    expect(flags.filter((each) => 'listeners' in each || 'max-batch-rows' in each)).toEqual([])
    expect(threadCandidates(trials).filter(({ placement }) => placement === 'inline')).toHaveLength(1)
    expect(batchCandidates({}, undefined, trials)).toEqual([{}, { batching: 'off' }])
  })

  test('has batches that the limit allows where there is one', () => {
    expect(batchCandidates({}, 20, ON_FOUR).map((each) => flagsText(flagsOf(each, 4)))).toContain(
      '--target-p99-ms 20',
    )
    expect(batchCandidates({}, undefined, ON_FOUR).map((each) => flagsText(flagsOf(each, 4)))).not.toContain(
      '--target-p99-ms 20',
    )
  })
})
