import { expect, test } from 'vitest'
import { shareCores } from '../../../src/bench/processes/cores.ts'

test.each([
  [[0, 1], '0', '1', 1, 1],
  [[0, 1, 2, 3], '0-2', '3', 3, 1],
  [[0, 1, 4, 5, 6, 9, 10, 11], '0-1,4-6,9', '10-11', 6, 2],
])(
  'of the cores %j the server gets %s and the generator %s',
  (cores, server, generator, serverCores, generatorCores) => {
    expect(shareCores(cores)).toEqual({ server, generator, serverCores, generatorCores })
  },
)

test.each([[[]], [[3]]])('%j cannot be shared', (cores) => {
  expect(shareCores(cores)).toBeUndefined()
})
