/** Leaves much garbage and keeps some, as a server under load does; prints the most megabytes that its young generation had. */
import { getHeapSpaceStatistics } from 'node:v8'
import { boundYoungGeneration } from '../../../src/cli/young-generation.ts'

const ROUNDS = 1000
const OBJECTS_A_ROUND = 2000
const MOST_KEPT = 40_000

if (process.argv[2] === 'bounded') boundYoungGeneration()
const kept: unknown[] = []
let peakBytes = 0
for (let round = 0; round < ROUNDS; round += 1) {
  for (let n = 0; n < OBJECTS_A_ROUND; n += 1) kept.push(new Array(20).fill(n))
  if (kept.length >= MOST_KEPT) kept.splice(0, MOST_KEPT / 2)
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
  peakBytes = Math.max(peakBytes, young?.space_size ?? 0)
  await new Promise((resolve) => setTimeout(resolve, 1))
}
process.stdout.write(String(peakBytes / 2 ** 20))
