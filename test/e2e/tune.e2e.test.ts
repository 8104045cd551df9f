import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { HeadraceProcess, ROOT, run } from './support/headrace-process.ts'

const MODEL = `${ROOT}models/iris/2`
const TUNED = `settings:
  placement: pool
  workers: 2
model:
  uri: models:/iris/3
  digest: sha256:00
machine:
  processor: Another
  cores: 64
  memoryGb: 4
versions:
  headrace: 0.0.1
  node: 24.0.0
`

const folder = temporaryFolder()
const file = join(folder, 'tuned.yaml')

beforeAll(() => writeFileSync(file, TUNED))

/** What a server with these flags says of itself at its start. */
async function startOf(...args: string[]): Promise<string> {
  const server = new HeadraceProcess({
    args: ['serve', '-m', MODEL, '--port', '0', '--log-format', 'text', ...args],
  })
  await server.listening()
  await server.printed(/for another model/)
  const { stdout, stderr } = await server.stop()
  return stdout + stderr
}

describe('headrace serve --tuned', () => {
  test('serves with the settings of the file, and warns where it is for something else', async () => {
    const said = await startOf('--tuned', file)
    expect(said).toMatch(/runs in 2 worker threads/)
    expect(said).toMatch(/Settings of \S+tuned\.yaml: --placement pool --workers 2\b(?!;)/)
    expect(said).toMatch(/found on another machine: Another, not .*, 64 cores, not \d+/)
    expect(said).toMatch(/found with Headrace 0\.0\.1/)
    expect(said).toMatch(/found for another model: models:\/iris\/3/)
  })

  test('lets a flag say otherwise', async () => {
    const said = await startOf('--tuned', file, '-w', '1')
    expect(said).toMatch(/runs in (1|one) worker/)
    expect(said).toMatch(/: --placement pool; set otherwise, and not taken from it: --workers 2/)
  })

  test('warns where several processes share what was measured for one', async () => {
    const said = await startOf('--tuned', file, '--processes', '2')
    expect(said.match(/Settings of \S+tuned\.yaml: --placement pool --workers 2\b/g)).toHaveLength(1)
    expect(said).toMatch(/found for one process, not 2: each/)
  })

  test('refuses a file that is none', async () => {
    const none = await run({ args: ['serve', '-m', MODEL, '--tuned', join(folder, 'none.yaml')] })
    expect(none.stderr).toMatch(/--tuned cannot be read/)
    expect(none.code).toBe(1)
  })
})

describe('headrace tune', () => {
  let tuned: Awaited<ReturnType<typeof run>>
  const output = join(folder, 'found.yaml')

  beforeAll(async () => {
    // With what is not to be tried it takes half of the time.
    const fixed = ['--', '--listeners', '1', '--batching', 'off', '--max-batch-rows', '16']
    tuned = await run({ args: ['tune', '-m', MODEL, '-o', output, ...fixed], cwd: folder })
  }, 600_000)

  test('explains what it tried and what it chose', () => {
    expect(tuned.code, tuned.stderr).toBe(0)
    expect(tuned.stderr).toMatch(/This takes about \d minutes/)
    expect(tuned.stdout).toMatch(/^default +\d+/m)
    expect(tuned.stdout).not.toMatch(/^--.*(listeners|batch)/m)
    expect(tuned.stdout).toMatch(/^--placement pool --workers \d+ +\d+/m)
    expect(tuned.stdout).toMatch(/the default/i)
    expect(tuned.stdout).toContain(`headrace serve --tuned ${output}`)
  })

  test('writes a file that serve takes without a warning', async () => {
    expect(readFileSync(output, 'utf8')).toMatch(/^# Made by headrace tune/)
    const server = new HeadraceProcess({ args: ['serve', '-m', MODEL, '--port', '0', '--tuned', output] })
    await server.listening()
    const { stdout, stderr } = await server.stop()
    expect(stdout + stderr).not.toMatch(/were found/)
  })

  test('says what it needs', async () => {
    expect(await run({ args: ['tune'] })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/No model is named/),
    })
    const output = ['-o', join(folder, 'none', 'tuned.yaml')]
    expect(await run({ args: ['tune', '-m', MODEL, ...output] })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot be written to .*none/),
    })
  })
})
