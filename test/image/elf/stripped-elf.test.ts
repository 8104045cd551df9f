import { execFileSync } from 'node:child_process'
import { createWriteStream, statSync, writeFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { readElfNeeds } from '../../../src/image/elf/elf-needs.ts'
import { strippedElf } from '../../../src/image/elf/stripped-elf.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { madeElf } from '../support/made-elf.ts'

function written(content: Buffer): string {
  const path = join(temporaryFolder(), 'made.so')
  writeFileSync(path, content)
  return path
}

describe('an ELF file without what is never loaded', () => {
  test('keeps what it needs, and loses what debuggers read', async () => {
    const path = written(madeElf({ needed: ['libc.so.6'], soname: 'liba.so', debugBytes: 100_000 }))
    const { size, open } = await strippedElf(path)
    const stripped = written(await buffer(open()))
    expect(size).toBe(statSync(stripped).size)
    expect(size).toBeLessThan(1000)
    expect(await readElfNeeds(stripped)).toEqual(await readElfNeeds(path))
  })

  test('is stripped to itself again', async () => {
    const once = await buffer((await strippedElf(written(madeElf({ debugBytes: 100 })))).open())
    const twice = await buffer((await strippedElf(written(once))).open())
    expect(twice.equals(once)).toBe(true)
  })

  test('is the same from one reading to the next', async () => {
    const { open } = await strippedElf(written(madeElf({ debugBytes: 5000 })))
    expect(await buffer(open())).toEqual(await buffer(open()))
  })

  test.runIf(process.platform === 'linux')('is still a Node that loads onnxruntime', async () => {
    const path = join(temporaryFolder(), 'node')
    const { size, open } = await strippedElf(process.execPath)
    await pipeline(open(), createWriteStream(path, { mode: 0o755 }))
    expect(size).toBeLessThan(statSync(process.execPath).size)
    const binding = join(
      dirname(findPackageJSON('onnxruntime-node', import.meta.url) ?? ''),
      'dist/binding.js',
    )
    const program = `const { binding } = require(${JSON.stringify(binding)}); console.log(process.version, typeof binding.InferenceSession)`
    const said = execFileSync(path, ['-e', program], { encoding: 'utf8' })
    expect(said.trim()).toBe(`${process.version} function`)
  })
})
