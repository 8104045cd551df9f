import { CELL_POOLS, type CellPool } from './json-cells.ts'
import type { Random } from './random.ts'

const NAMES = ['t', 'n', 's', 'l', 'd', 'zz', 'T', 'threshold', 'top_k', '__proto__']

/** Values that a parameter of each kind takes, and some that it nearly takes. */
const VALUES = [
  ...[
    '0.25',
    '5',
    '2.0',
    '-1',
    '"x"',
    '"5"',
    'true',
    'null',
    '[]',
    '[1, 2]',
    '[1.0]',
    '["a"]',
    '[[1]]',
    '[null]',
    '{}',
  ],
  ...[
    '"2024-05-06"',
    '"2024-05-06T07:08:09Z"',
    '1700000000',
    '"yesterday"',
    '[true]',
    '3000000000',
    '1e400',
    'NaN',
  ],
]

export function paramsText(random: Random): string {
  if (random.chance(0.06))
    return random.pick(['null', '[]', '"x"', '5', '{}', 'true', '[["t", 1]]', '""', '0', 'false'])
  const count = 1 + random.below(3)
  const entries = random.times(count, () => `"${random.pick(NAMES)}": ${value(random)}`)
  return `{${entries.join(', ')}}`
}

function value(random: Random): string {
  if (random.chance(0.7)) return random.pick(VALUES)
  const pools = Object.keys(CELL_POOLS) as CellPool[]
  return random.pick(CELL_POOLS[random.pick(pools)])
}
