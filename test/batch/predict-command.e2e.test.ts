import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { modelPath } from '../fixtures/onnx/onnx-models.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { BREAST_CANCER, csvOfRows } from './support/batch-files.ts'

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname
const ROWS = 60_000
const folder = temporaryFolder()
const input = join(folder, 'rows.csv')
let whole: Buffer

/** Starting takes long where the machine has other work. */
function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, 'predict', '-m', BREAST_CANCER, '-w', '2', ...args])
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function ended(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('data', (bytes: Buffer) => {
      texts[name] += bytes
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...texts }
}

function predict(...args: string[]): Promise<Ended> {
  return ended(start(...args))
}

/** Waits until a run has written some of its output. */
async function untilWritten(child: ChildProcess, output: string, bytes: number): Promise<void> {
  const partial = `${output}.partial`
  while (!existsSync(partial) || statSync(partial).size < bytes) {
    if (child.exitCode !== null) throw new Error('The run ended before it could be interrupted')
    await setTimeout(2)
  }
}

beforeAll(async () => {
  writeFileSync(input, csvOfRows(ROWS))
  const output = join(folder, 'whole.csv')
  expect(await predict('-i', input, '-o', output)).toMatchObject({ code: 0 })
  whole = readFileSync(output)
})

describe('headrace predict', () => {
  it('tells on standard error what it has done', async () => {
    const output = join(folder, 'told.csv')
    const { stdout, stderr } = await predict('-i', input, '-o', output)
    expect(stdout).toBe('')
    // Before it, how far a run has come that takes longer than five seconds.
    const [last, ...progress] = stderr.trimEnd().split('\n').reverse()
    expect(last).toMatch(/^Predicted 60,000 rows in [\d.]+ s, [\d,]+ rows\/s, \d+ MB\.$/)
    for (const line of progress) expect(line).toMatch(/[\d,]+ rows/)
  })

  it('ends with 1 and one line where it cannot do what it should', async () => {
    for (const args of [
      ['-i', join(folder, 'nothing.csv')],
      ['-i', input, '--resume'],
      ['--shard', '0/2'],
      ['-i', input, '--append'],
    ]) {
      const { code, stderr } = await predict(...args)
      expect(code).toBe(1)
      expect(stderr).toMatch(/^headrace: [^\n]+\n$/)
    }
  })

  it('does not replace its input, under whichever name', async () => {
    const link = join(folder, 'link.csv')
    symlinkSync(input, link)
    for (const args of [
      ['-o', input],
      ['-o', link],
      ['-o', '-', '--bad-rows', link],
    ]) {
      const { code, stderr } = await predict('-i', input, ...args)
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('is the input') })
    }
  })

  it('reads and writes devices and pipes as streams', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const small = join(folder, 'small.csv')
    writeFileSync(small, csvOfRows(100))
    const end = predict('-i', path, '-t', 'csv', '-o', '/dev/null', '--output-format', 'csv')
    const writer = spawn('cp', [small, path])
    const { code, stderr } = await end
    writer.kill()
    expect(stderr).toContain('Predicted 100 rows')
    expect(code).toBe(0)
    expect(statSync('/dev/null').isFile()).toBe(false)
  })

  // A run may be over before this process gets a core.
  it('stops in order at a signal, says how to go on, and goes on', { retry: 2 }, async () => {
    const output = join(folder, 'stopped.csv')
    rmSync(output, { force: true })
    const child = start('-i', input, '-o', output)
    const end = ended(child)
    await untilWritten(child, output, whole.length / 10)
    child.kill('SIGINT')
    const { code, stderr } = await end
    expect(code).toBe(130)
    expect(stderr).toContain('--resume')
    expect(existsSync(output)).toBe(false)
    const { stderr: told } = await predict('-i', input, '-o', output, '--resume')
    expect(told).toContain('of them by the run before')
    expect(readFileSync(output).equals(whole)).toBe(true)
  })

  // The run may not have begun after half a second.
  it('ends at a second signal though a run of the model never returns', { retry: 2 }, async () => {
    const endless = join(folder, 'endless.json')
    writeFileSync(endless, '{"inputs": {"turns": 4000000000000000, "x": [0.5, 1.5]}}')
    const output = join(folder, 'never.json')
    const child = start('-m', modelPath('loop'), '-i', endless, '-o', output)
    const end = ended(child)
    await untilWritten(child, output, 0)
    await setTimeout(500)
    child.kill('SIGINT')
    await setTimeout(500)
    expect(child.signalCode).toBeNull()
    child.kill('SIGINT')
    await end
    expect(child.signalCode).toBe('SIGINT')
  })

  it('makes the same file after being killed at any moment, again and again', { retry: 2 }, async () => {
    const output = join(folder, 'killed.csv')
    rmSync(output, { force: true })
    const args = ['-i', input, '-o', output, '--resume']
    for (const share of [0.05, 0.3, 0.6]) {
      const child = start(...args)
      const end = ended(child)
      await untilWritten(child, output, whole.length * share)
      await setTimeout(Math.random() * 20)
      child.kill('SIGKILL')
      await end
    }
    await predict(...args)
    expect(readFileSync(output).equals(whole)).toBe(true)
    expect(existsSync(`${output}.partial.journal`)).toBe(false)
    rmSync(output)
  })
})
