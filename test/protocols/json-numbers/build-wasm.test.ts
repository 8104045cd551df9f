import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { buildWasm } from '../../../scripts/build-wasm.ts'

test('json-numbers.wasm is what its source gives', async () => {
  const committed = readFileSync(
    new URL('../../../src/protocols/json-numbers/json-numbers.wasm', import.meta.url),
  )
  expect(Buffer.from(await buildWasm()).equals(committed), 'npm run build:wasm').toBe(true)
})
