import { createWriteStream, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { readElfNeeds } from '../../../src/image/elf/elf-needs.ts'
import type { LayerEntry, LayerFile, LayerPlan } from '../../../src/image/layer-plan.ts'
import { PLATFORMS } from '../../../src/image/platform.ts'
import { isPlatformOfHost } from '../../../src/image/system/host.ts'
import { planSystem } from '../../../src/image/system/plan-system.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const ENGINE = 'opt/headrace/node_modules/onnxruntime-node'

/** The platform of this machine, where images can stand on its libraries. */
const own = PLATFORMS.find(isPlatformOfHost)
const other = PLATFORMS.find((platform) => platform !== own)

function pathsOf(plan: LayerPlan | undefined): readonly string[] {
  return plan?.entries.map(({ path }) => path) ?? []
}

async function writtenTo(folder: string, entries: readonly LayerEntry[]): Promise<readonly string[]> {
  const files = entries.filter((entry): entry is LayerFile => entry.kind === 'file')
  for (const { path, open } of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    await pipeline(open(), createWriteStream(join(folder, path)))
  }
  return files.map(({ path }) => path)
}

describe.runIf(own !== undefined)('what an image of this machine stands on', () => {
  let plans: readonly LayerPlan[]
  const request = { platform: own ?? 'linux/amd64', hasBase: false, cacheFolder: temporaryFolder() } as const

  beforeAll(async () => {
    plans = await planSystem({ ...request, engine: 'onnxruntime' })
  })

  test('is libraries, Node and onnxruntime', () => {
    expect(plans.map(({ title }) => title)).toEqual(['system libraries', 'node', 'onnxruntime'])
    expect(pathsOf(plans[1])).toContain('usr/local/bin/node')
    expect(pathsOf(plans[2])).toContain(`${ENGINE}/dist/binding.js`)
    const others = pathsOf(plans[2]).filter((path) => /win32|darwin|\.map$|\.d\.ts$/.test(path))
    expect(others).toEqual([])
  })

  test('has every library that any program or library in it needs', async () => {
    const folder = temporaryFolder()
    const written = await writtenTo(
      folder,
      plans.flatMap(({ entries }) => entries),
    )
    const names = new Set(written.map((path) => basename(path)))
    const programs = written.filter((path) => /\.so(\.\d+)*$|\.node$|\/node$/.test(path))
    expect(programs.length).toBeGreaterThan(8)
    for (const path of programs) {
      const { needed } = await readElfNeeds(join(folder, path))
      expect(needed.filter((name) => !names.has(name))).toEqual([])
    }
  })

  test('has a user that is not root, with a home, and room for temporary files', async () => {
    const [system] = plans
    const passwd = system?.entries.find(({ path }) => path === 'etc/passwd')
    expect(passwd?.kind === 'file' && (await text(passwd.open()))).toMatch(/^headrace:x:1000:1000:/m)
    expect(system?.entries).toContainEqual({ kind: 'directory', path: 'tmp', mode: 0o1777 })
    expect(system?.entries).toContainEqual({
      kind: 'directory',
      path: 'home/headrace',
      mode: 0o755,
      owner: 1000,
    })
  })

  test('is told in the bill of materials, and has the same keys again', async () => {
    const notes = plans.flatMap(({ packages }) => packages)
    expect(notes).toContainEqual(expect.objectContaining({ name: 'node', version: process.versions.node }))
    expect(notes.map(({ name }) => name)).toContain('onnxruntime-node')
    const again = await planSystem({ ...request, engine: 'onnxruntime' })
    expect(again.map(({ cacheKey }) => cacheKey)).toEqual(plans.map(({ cacheKey }) => cacheKey))
  })

  test('has no onnxruntime for TF.js, and no libraries above a base', async () => {
    const slim = await planSystem({ ...request, hasBase: true, engine: 'tfjs' })
    expect(slim.map(({ title }) => title)).toEqual(['home', 'node'])
    expect(pathsOf(slim[0])).toEqual(['tmp', 'home/headrace'])
    expect(slim[1]?.cacheKey).toBe(plans[1]?.cacheKey)
  })
})

test('an image for another machine needs a base, and says so', async () => {
  const platform = other ?? 'linux/amd64'
  const request = { platform, hasBase: false, engine: 'tfjs', cacheFolder: temporaryFolder() } as const
  await expect(planSystem(request)).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringMatching(new RegExp(`^An image for ${platform} .* --base `)),
  })
})
