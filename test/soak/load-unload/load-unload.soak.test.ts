import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { makeNetwork, RESNET_18, rowsBody } from '../../../benchmarks/workloads/networks.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import type { Holdings } from './cycles.ts'

const MODELS = join(import.meta.dirname, '../../../models')
const MEGABYTE = 1e6
/** Of a level that is to stay: what the heap's laziness and the arenas of threads make of it. */
const MOST_GROWTH = 1.15

interface Case {
  readonly model: string
  readonly cycles: number
  readonly flags: readonly string[]
}

const CASES: readonly Case[] = [
  { model: 'iris/1', cycles: 100, flags: ['--placement', 'inline'] },
  { model: 'iris/1', cycles: 100, flags: ['--placement', 'pool'] },
  { model: 'iris/1', cycles: 100, flags: ['--trial'] },
  { model: 'resnet-18', cycles: 100, flags: ['--placement', 'inline'] },
  { model: 'resnet-18', cycles: 100, flags: ['--placement', 'pool'] },
  { model: 'digits-layers/1', cycles: 100, flags: ['--engine', 'wasm'] },
]

test.each(CASES)('loading and unloading $model gives everything back: $flags', async (plan) => {
  const held = await holdings(plan)
  expect(held).toHaveLength(plan.cycles)
  const residentMegabytes = held.map(({ residentBytes }) => Math.round(residentBytes / MEGABYTE))
  const tenths = residentMegabytes.filter((_, cycle) => cycle % (plan.cycles / 10) === plan.cycles / 10 - 1)
  console.log(`${plan.model} ${plan.flags.join(' ')}: resident MB by tenth ${tenths.join(' ')}`)
  // The first cycles fill the heap, and the arenas that threads take turns in.
  const early = held.slice(plan.cycles * 0.2, plan.cycles * 0.5)
  const late = held.slice(plan.cycles * 0.7)
  expect(least(late, 'residentBytes')).toBeLessThan(least(early, 'residentBytes') * MOST_GROWTH)
  for (const what of ['threads', 'files', 'children', 'resources', 'listeners'] as const) {
    expect(least(late, what), what).toBeLessThanOrEqual(least(early, what))
  }
})

/** What a process of its own held after each cycle. */
async function holdings({ model, cycles, flags }: Case): Promise<Holdings[]> {
  const { folder, body } = model === 'resnet-18' ? resnet() : bundled(model)
  const options = [
    '--stays',
    join(MODELS, 'digits/1'),
    '--model',
    folder,
    '--body',
    body,
    '--cycles',
    `${cycles}`,
  ]
  // V8 grows its young generation in steps; held small, only what is really kept shows.
  const flagsOfNode = ['--max-semi-space-size=4', join(import.meta.dirname, 'cycles.ts')]
  const child = spawn(process.execPath, [...flagsOfNode, ...options, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const held: Holdings[] = []
  createInterface({ input: child.stdout }).on('line', (line) => held.push(JSON.parse(line) as Holdings))
  const [code] = (await once(child, 'close')) as [number | null]
  expect(code).toBe(0)
  return held
}

/** What is never given back stays in the least as well; threads that are still ending do not. */
function least(held: readonly Holdings[], what: keyof Holdings): number {
  return Math.min(...held.map((each) => each[what]))
}

function bundled(model: string): { folder: string; body: string } {
  const folder = join(MODELS, model)
  return { folder, body: join(folder, 'serving_input_example.json') }
}

function resnet(): { folder: string; body: string } {
  const parent = temporaryFolder()
  const body = join(parent, 'body.json')
  writeFileSync(body, rowsBody(RESNET_18))
  return { folder: makeNetwork(parent, RESNET_18), body }
}
