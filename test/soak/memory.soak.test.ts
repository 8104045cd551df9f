import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'
import { describe, expect, test } from 'vitest'
import { HeadraceProcess, ROOT } from '../e2e/support/headrace-process.ts'

const MEGABYTE = 1e6

/** Requests of a round; what they leave behind would show after ten of them. */
const ROUNDS = 10

/** V8 grows its young generation in steps under load; held small, only what is really kept shows. */
const SMALL_YOUNG_GENERATION = [process.execPath, '--max-semi-space-size=4', `${ROOT}src/cli/main.ts`]

interface Served {
  readonly model: string
  readonly placement: 'inline' | 'pool'
  readonly requestsPerRound: number
}

const CASES: readonly Served[] = [
  { model: 'iris/2', placement: 'inline', requestsPerRound: 30_000 },
  { model: 'text/1', placement: 'inline', requestsPerRound: 10_000 },
  { model: 'digits/1', placement: 'pool', requestsPerRound: 10_000 },
]

describe('the memory of a server', () => {
  test.each(CASES)('stays level over many requests: $model, $placement', async (served) => {
    const folder = `${ROOT}models/${served.model}`
    const args = ['serve', '-m', folder, '--port', '0', '--placement', served.placement, '--workers', '2']
    const server = new HeadraceProcess({ command: SMALL_YOUNG_GENERATION, args })
    try {
      const url = await server.listening()
      const resident: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const result = await autocannon({
          url: `${url}/invocations`,
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: readFileSync(`${folder}/serving_input_example.json`),
          connections: 32,
          amount: served.requestsPerRound,
        })
        expect(result.non2xx + result.errors + result.timeouts).toBe(0)
        resident.push(Math.round(residentBytes(server.pid) / MEGABYTE))
      }
      console.log(`${served.model} ${served.placement}: resident MB by round ${resident.join(' ')}`)
      // The first rounds fill the heap and the engine's arenas.
      const settled = Math.max(...resident.slice(2, 5))
      expect(resident.at(-1)).toBeLessThan(settled * 1.15)
    } finally {
      await server.stop()
    }
  })
})

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
