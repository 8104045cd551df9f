import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { curlLine } from '../../src/cli/curl-line.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { fakeModel } from '../server/support/fake-model.ts'

const EXAMPLE = 'serving_input_example.json'

function lineFor(text: string, servingInputPath = EXAMPLE): Promise<string | undefined> {
  const outside = temporaryFolder()
  const directory = join(outside, 'model')
  mkdirSync(directory)
  writeFileSync(join(outside, 'secret'), 'a secret')
  writeFileSync(join(directory, EXAMPLE), text)
  const model = fakeModel({ mlmodel: { directory, servingInputPath } })
  return curlLine(model, { url: 'http://127.0.0.1:5000', apiKey: undefined })
}

test('a short example is in the line', async () => {
  expect(await lineFor('{"inputs":\n  ["it\'s"]}\n')).toBe(
    `curl -s http://127.0.0.1:5000/invocations -H 'content-type: application/json' -d '{"inputs": ["it'\\''s"]}'`,
  )
})

test.each([5_000, 500_000])('one of %i bytes is named by its file', async (bytes) => {
  expect(await lineFor(`{"inputs": [${'1'.repeat(bytes)}]}`)).toMatch(/ -d '@.*serving_input_example\.json'$/)
})

test.each(['../secret', '/etc/hostname', 'nowhere.json'])('no line shows %s', async (path) => {
  expect(await lineFor('{"inputs": [1]}', path)).toBeUndefined()
})
