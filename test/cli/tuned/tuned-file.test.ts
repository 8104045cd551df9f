import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { modelDigest } from '../../../src/cli/tuned/model-digest.ts'
import {
  readTunedFile,
  type TunedFile,
  tunedFileText,
  tunedSettings,
} from '../../../src/cli/tuned/tuned-file.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const FOUND: TunedFile = {
  settings: { placement: 'pool', workers: '2', 'max-batch-rows': '64', 'target-p99-ms': '12.5' },
  model: { uri: 'models:/iris/3', digest: 'sha256:00' },
  machine: { processor: 'Some CPU: 3 GHz', cores: 4, memoryGb: 16 },
  versions: { headrace: '0.1.0', node: '24.1.0' },
}

const folder = temporaryFolder()

function fileOf(text: string): string {
  const file = join(folder, 'tuned.yaml')
  writeFileSync(file, text)
  return file
}

describe('the file of headrace tune', () => {
  test('is read as it was written', async () => {
    const file = fileOf(tunedFileText(FOUND, ['2 workers: 1.4 times the rate', 'of the default']))
    const read = await readTunedFile(file)
    expect(read).toEqual(FOUND)
    const values = tunedSettings(read).map(({ key, value }) => [key, value])
    expect(Object.fromEntries(values)).toEqual({
      ...{ placement: 'pool', workers: 2, maxBatchRows: 64, targetP99Ms: 12.5 },
    })
  })

  test('begins with the words that explain it', () => {
    expect(tunedFileText(FOUND, ['2 workers'])).toMatch(/^# 2 workers\n/)
  })

  test('may have no settings: the default was the best', async () => {
    const read = await readTunedFile(fileOf(tunedFileText({ ...FOUND, settings: {} }, [])))
    expect(tunedSettings(read)).toEqual([])
  })

  test.each([
    ['workers: 2', 'workers: none', /line 3: settings\.workers: 'none' is not a whole number/],
    ['workers: 2', 'grace: 2', /line 3: settings\.grace: there is no such key/],
    ['cores: 4', 'cores: few', /'few' is not a whole number/],
    ['  uri: models:/iris/3\n', '', /model: the key 'uri' is needed/],
  ])('with %j turned to %j says what is wrong', async (from, to, expected) => {
    await expect(readTunedFile(fileOf(tunedFileText(FOUND, []).replace(from, to)))).rejects.toThrow(expected)
  })

  test('that is not there, or another one, says so', async () => {
    await expect(readTunedFile(join(folder, 'none.yaml'))).rejects.toThrow(/--tuned cannot be read/)
    await expect(readTunedFile(fileOf('settings: {}\n'))).rejects.toThrow(/'model' is needed/)
  })
})

test('a model is another one when a file of it changes', async () => {
  const model = join(folder, 'model.onnx')
  writeFileSync(model, 'one')
  const before = await modelDigest(model)
  expect(await modelDigest(model)).toBe(before)
  writeFileSync(model, 'two')
  expect(await modelDigest(model)).not.toBe(before)
})
