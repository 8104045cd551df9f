import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, setPriority } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'

const MODELS = join(import.meta.dirname, '../../../models')
const CYCLES = 1000
/** As workers yield to others. */
const NICENESS = 10

const busy: ChildProcess[] = []

afterEach(() => {
  for (const child of busy.splice(0)) child.kill('SIGKILL')
})

/** As many processes as there are cores, which do nothing but compute: threads are interrupted anywhere then. */
function keepCoresBusy(): void {
  for (let core = 0; core < availableParallelism(); core += 1) {
    const child = spawn(process.execPath, ['--eval', 'for (;;) Math.sqrt(2)'], { stdio: 'ignore' })
    if (child.pid !== undefined) setPriority(child.pid, NICENESS)
    busy.push(child)
  }
}

test.each([
  { models: [] },
  { models: ['iris/1', 'text/1'] },
  { models: ['digits-graph/1', 'digits-layers/1'] },
])('a process outlives a thousand of its threads, beside other load: $models', async ({ models }) => {
  keepCoresBusy()
  const flags = models.flatMap((model) => ['--model', join(MODELS, model)])
  const script = join(import.meta.dirname, 'cycles.ts')
  const child = spawn(process.execPath, [script, '--cycles', `${CYCLES}`, '--lanes', '3', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'close')])
  expect({ code, signal, closed: Number(output) }).toEqual({ code: 0, signal: null, closed: CYCLES })
})
