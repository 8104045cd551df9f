import { writeFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ServingError } from '../../../src/core/errors.ts'
import { readElfNeeds } from '../../../src/image/elf/elf-needs.ts'
import { strippedElf } from '../../../src/image/elf/stripped-elf.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { type MadeElf, madeElf } from '../support/made-elf.ts'

const onnxruntime = join(
  dirname(findPackageJSON('onnxruntime-node', import.meta.url) ?? ''),
  'bin/napi-v6/linux',
)

function written(content: Buffer | string): string {
  const path = join(temporaryFolder(), 'made.so')
  writeFileSync(path, content)
  return path
}

function needsOf(elf: MadeElf) {
  return readElfNeeds(written(madeElf(elf)))
}

describe('what an ELF file needs', () => {
  test('of a binding of onnxruntime, for each processor', async () => {
    const binding = (architecture: string) => join(onnxruntime, architecture, 'onnxruntime_binding.node')
    expect(await readElfNeeds(binding('x64'))).toEqual({
      machine: 'x86_64',
      needed: ['libonnxruntime.so.1', 'libstdc++.so.6', 'libm.so.6', 'libgcc_s.so.1', 'libc.so.6'],
      rpath: [],
      runpath: ['$ORIGIN/'],
      soname: 'onnxruntime_binding.node',
    })
    expect(await readElfNeeds(binding('arm64'))).toMatchObject({ machine: 'aarch64' })
  })

  test('of a program: its loader, and folders in their order', async () => {
    const elf = {
      interpreter: '/lib64/ld.so',
      needed: ['libb.so', 'liba.so'],
      rpath: '$ORIGIN/../lib::/opt/b',
    }
    expect(await needsOf(elf)).toEqual({
      machine: 'x86_64',
      interpreter: '/lib64/ld.so',
      needed: ['libb.so', 'liba.so'],
      rpath: ['$ORIGIN/../lib', '/opt/b'],
      runpath: [],
    })
  })

  test.runIf(process.platform === 'linux')('of the Node that runs this test', async () => {
    const { needed, interpreter } = await readElfNeeds(process.execPath)
    expect(needed).toContain('libc.so.6')
    expect(interpreter).toMatch(/^\/lib.*\/ld-linux/)
  })
})

describe('a file that is none of these', () => {
  test.each([
    ['a script', '#!/bin/sh\n'.padEnd(200, '#'), 'it is not an ELF file'],
    ['an empty file', '', 'it is not an ELF file'],
    ['an ELF file of 32 bits', patched(4, 1), '64 bits'],
    ['one of another machine', patched(0x12, 8), 'it is for machine 8'],
    ['one that was cut off', madeElf({ needed: ['libc.so.6'] }).subarray(0, 100), 'it ends before its table'],
  ])('%s is refused, with its name', async (_, content, reason) => {
    const path = written(content)
    await expect(readElfNeeds(path)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(new RegExp(`^${path} .*${reason}`)),
    })
  })

  test('a folder, and a path where nothing is', async () => {
    await expect(readElfNeeds(temporaryFolder())).rejects.toThrow('it is not a file')
    await expect(readElfNeeds('/no/such/file')).rejects.toThrow('ENOENT')
  })

  test('whatever is changed in a file, it is read or refused', async () => {
    const whole = madeElf({ interpreter: '/lib/ld.so', needed: ['liba.so'], runpath: '/opt', debugBytes: 64 })
    const change = fc.record({
      at: fc.nat(whole.length - 8),
      value: fc.oneof(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.bigInt({ min: 0n, max: BigInt(2 * whole.length) }),
      ),
      width: fc.constantFrom(1, 2, 4, 8),
    })
    const mutation = fc.tuple(fc.array(change, { maxLength: 4 }), fc.integer({ min: 0, max: whole.length }))
    await fc.assert(
      fc.asyncProperty(mutation, async ([changes, length]) => {
        const content = Buffer.from(whole)
        for (const { at, value, width } of changes) {
          const bytes = Buffer.alloc(8)
          bytes.writeBigUInt64LE(value)
          bytes.copy(content, at, 0, width)
        }
        const path = written(content.subarray(0, length))
        for (const read of [readElfNeeds, strippedBytes]) {
          const result: unknown = await read(path).catch((error: unknown) => error)
          if (result instanceof Error) expect(result).toBeInstanceOf(ServingError)
        }
      }),
      { numRuns: 300 },
    )
  })
})

async function strippedBytes(path: string): Promise<number> {
  const { size, open } = await strippedElf(path)
  let read = 0
  for await (const chunk of open()) read += (chunk as Buffer).length
  expect(read).toBe(size)
  return read
}

function patched(at: number, value: number): Buffer {
  const content = madeElf()
  content[at] = value
  return content
}
