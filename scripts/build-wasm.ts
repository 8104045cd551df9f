/**
 * `npm run build:wasm`: json-numbers.wasm from its AssemblyScript. The result is committed, and a test builds it again and compares, so
 * that nobody needs the compiler to run Headrace.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { powersOfFiveModule } from './powers-of-five.ts'

const FOLDER = new URL('../src/protocols/json-numbers/', import.meta.url)
const RESULT = new URL('json-numbers.wasm', FOLDER)
const OUTPUT = 'json-numbers.wasm'
const GENERATED = 'powers-of-five.ts'

const OPTIONS = [
  ...['index.ts', '--outFile', OUTPUT],
  ...['-O3', '--converge', '--noAssert', '--uncheckedBehavior', 'always'],
  // No objects, thus no collector; and nothing imported: see src/flavors/unoptimised-wrappers.ts.
  ...['--runtime', 'stub', '--use', 'abort='],
  ...['--initialMemory', '16', '--maximumMemory', '512'],
]

/** The module's bytes. @throws what the compiler says is wrong. */
export async function buildWasm(): Promise<Uint8Array> {
  let result: Uint8Array | undefined
  const { error, stderr } = await asc.main(OPTIONS, {
    readFile: (name) => readSource(name),
    writeFile: (name, contents) => {
      if (basename(name) === OUTPUT) result = contents as Uint8Array
    },
    listFiles: () => [],
  })
  if (error !== null || result === undefined) throw new Error(`${error?.message}\n${stderr.toString()}`)
  return result
}

function readSource(name: string): string | null {
  if (name === GENERATED) return powersOfFiveModule()
  try {
    return readFileSync(new URL(`assembly/${name}`, FOLDER), 'utf8')
  } catch {
    return null
  }
}

if (process.argv[1] !== undefined && dirname(fileURLToPath(import.meta.url)) === dirname(process.argv[1])) {
  writeFileSync(RESULT, await buildWasm())
}
