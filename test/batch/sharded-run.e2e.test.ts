import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { BREAST_CANCER, csvOfRows } from './support/batch-files.ts'

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname
const ROWS = 40_000
const SHARDS = 3
const folder = temporaryFolder()
const input = join(folder, 'rows.csv')

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, 'predict', '-m', BREAST_CANCER, '-w', '1', '--no-progress', ...args])
}

async function ended(child: ChildProcess): Promise<Ended> {
  let stderr = ''
  child.stderr!.on('data', (bytes: Buffer) => {
    stderr += bytes
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr }
}

/** As the pod of an index runs it. */
function pod(index: number, output: string, ...more: string[]): ChildProcess {
  return start('-i', input, '-o', output, '--shard', `${index}/${SHARDS}`, '--resume-if-same', ...more)
}

function body(csv: string): string {
  return csv.slice(csv.indexOf('\n') + 1)
}

async function untilWritten(child: ChildProcess, output: string, bytes: number): Promise<void> {
  const partial = `${output}.partial`
  for (;;) {
    const written = statSync(partial, { throwIfNoEntry: false })?.size ?? 0
    if (written >= bytes || child.exitCode !== null) return
    await setTimeout(2)
  }
}

beforeAll(() => writeFileSync(input, csvOfRows(ROWS)))

describe('the shards of a run', () => {
  it('make together what one run makes, in the order of their names', async () => {
    const whole = join(folder, 'whole.csv')
    await ended(start('-i', input, '-o', whole))
    const parts = join(folder, 'parts')
    mkdirSync(parts)
    const output = join(parts, 'part-{shard}.csv')
    for (const { code, stderr } of await Promise.all([0, 1, 2].map((index) => ended(pod(index, output))))) {
      expect({ code, stderr }).toMatchObject({ code: 0 })
    }
    const names = readdirSync(parts).sort()
    expect(names).toEqual(['part-00000-of-00003.csv', 'part-00001-of-00003.csv', 'part-00002-of-00003.csv'])
    const texts = names.map((name) => body(readFileSync(join(parts, name), 'utf8')))
    expect(texts.join('')).toBe(body(readFileSync(whole, 'utf8')))
  })

  it('make the same bytes when run twice', async () => {
    const output = join(folder, 'twice.csv')
    await ended(pod(1, output))
    const first = readFileSync(output)
    expect(await ended(pod(1, output))).toMatchObject({ code: 0 })
    expect(readFileSync(output).equals(first)).toBe(true)
  })

  it('make the same bytes though they are killed, and though two run at once', async () => {
    const whole = join(folder, 'alone.csv')
    await ended(pod(2, whole))
    const expected = readFileSync(whole)
    for (let round = 0; round < 3; round += 1) {
      const output = join(folder, `rivals-${round}.csv`)
      const killed = pod(2, output)
      await untilWritten(killed, output, (expected.length * (round + 1)) / 8)
      killed.kill('SIGKILL')
      await once(killed, 'close')
      // Neither knows of the other, and both go on from where the one before stopped.
      const rivals = [pod(2, output)]
      await setTimeout(200 * round)
      rivals.push(pod(2, output))
      const ends = rivals.map(ended)
      let done = false
      const over = Promise.all(ends).finally(() => {
        done = true
      })
      while (!done) {
        // Whatever has the name is complete, at all times.
        if (existsSync(output)) expect(readFileSync(output).equals(expected)).toBe(true)
        await setTimeout(5)
      }
      const codes = (await over).map(({ code }) => code)
      expect(codes).toContain(0)
      for (const code of codes) expect([0, 75]).toContain(code)
      expect(readFileSync(output).equals(expected)).toBe(true)
      // A run that was told of the other by its lost file is tried again, as Kubernetes does.
      expect(await ended(pod(2, output))).toMatchObject({ code: 0 })
      expect(readFileSync(output).equals(expected)).toBe(true)
      expect(readdirSync(folder).filter((name) => name.startsWith(`rivals-${round}.csv.`))).toEqual([])
    }
  })
})

describe('exit codes', () => {
  it('tell a job what another try does not change, from what it may', async () => {
    const bad = join(folder, 'bad.csv')
    writeFileSync(bad, csvOfRows(100).replace(/\n[^,]+/, '\noops'))
    const output = join(folder, 'codes.csv')
    expect(await ended(start('-i', bad, '-o', output))).toMatchObject({ code: 1 })
    expect(await ended(start('-i', input, '-o', output, '--shards', '2'))).toMatchObject({ code: 2 })
    const nowhere = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9', MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' }
    const child = spawn(
      process.execPath,
      [MAIN, 'predict', '-m', 'models:/iris/1', '-i', input, '-o', output],
      {
        env: { ...process.env, ...nowhere, HEADRACE_CACHE_DIR: temporaryFolder() },
      },
    )
    expect(await ended(child)).toMatchObject({ code: 75 })
  })

  it('do not stop a job that is repeated at what an earlier one with other rows has left', async () => {
    const output = join(folder, 'repeated.csv')
    const killed = pod(0, output)
    await untilWritten(killed, output, 1)
    killed.kill('SIGKILL')
    await once(killed, 'close')
    writeFileSync(input, csvOfRows(ROWS))
    expect(await ended(pod(0, output))).toMatchObject({ code: 0 })
    expect(existsSync(`${output}.partial.journal`)).toBe(false)
  })
})
