import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const MODULES = globSync('src/**/*.image{,-onnxruntime,-tfjs}.ts', { cwd: ROOT }).sort()

const exportsOf = async (module: string): Promise<Readonly<Record<string, unknown>>> =>
  (await import(join(ROOT, module))) as Readonly<Record<string, unknown>>

/** The kind of a value, and for functions nothing more: tsc compares the rest. */
const kindsOf = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value]))

describe('modules that stand in the place of others in images', () => {
  test('are there', () => expect(MODULES.length).toBeGreaterThan(5))

  test.each(MODULES)('%s exports what the other does, or a part of it', async (module) => {
    const original = await exportsOf(module.replace(/\.image(-\w+)?\.ts$/, '.ts'))
    expect(kindsOf(original)).toMatchObject(kindsOf(await exportsOf(module)))
  })

  test('know the same flavors and settings, and commands that there are', async () => {
    const flavors = await exportsOf('src/flavors/flavor-table.ts')
    const ofImages = await exportsOf('src/flavors/flavor-table.image-tfjs.ts')
    expect(ofImages['FLAVOR_NAMES']).toEqual(flavors['FLAVOR_NAMES'])
    const { TRACK_SETTINGS: all } = await import('../../src/cli/track-settings.ts')
    const { TRACK_SETTINGS: held } = await import('../../src/cli/track-settings.image.ts')
    expect(Object.keys(held)).toEqual(Object.keys(all))
    const { COMMANDS: every } = await import('../../src/cli/command-table.ts')
    const { COMMANDS: some } = await import('../../src/cli/command-table.image.ts')
    expect([...every.keys()]).toEqual(expect.arrayContaining([...some.keys()]))
  })
})
