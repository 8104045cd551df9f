import { describe, expect, test } from 'vitest'
import { countCpus, pinning } from '../../../benchmarks/contest/pinning.ts'

describe('pinning', () => {
  test.each([
    [[0], '0', '0'],
    [[0, 1], '0', '1'],
    [[0, 1, 2, 3], '0-2', '3'],
    [[0, 2, 3, 7], '0,2-3', '7'],
    [[0, 1, 2, 3, 4, 5, 6, 7], '0-5', '6-7'],
  ])('of the CPUs %j gives %s to servers and %s to the generator', (cpus, serverCpus, loadCpus) => {
    expect(pinning(cpus)).toEqual({ serverCpus, loadCpus })
  })

  test.each([
    ['3', 1],
    ['0-2', 3],
    ['0,2-3,8', 4],
  ])('counts the CPUs of %s', (list, count) => {
    expect(countCpus(list)).toBe(count)
  })
})
