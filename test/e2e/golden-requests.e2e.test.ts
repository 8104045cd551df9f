import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { BUNDLED_MODELS, type BundledModel } from './support/bundled-models.ts'
import { run } from './support/headrace-process.ts'
import { pythonProgram } from './support/python.ts'
import { serving } from './support/serving.ts'

/** Copies of the bundled models that have an input example and what MLflow's `models predict` writes for it. */
const copies = temporaryFolder()
const folderOf = ({ name, version }: BundledModel) => join(copies, `${name}-${version}`)

beforeAll(async () => {
  const args = BUNDLED_MODELS.map((model) => {
    const folder = folderOf(model)
    cpSync(model.folder, folder, { recursive: true })
    rmSync(join(folder, 'golden.jsonl'))
    const [input, output] = ['input', 'output'].map((side) => join(folder, `serving_${side}_example.json`))
    return `${folder}=json=${input}=${output}`
  })
  const failures = (await pythonProgram('predict.py', { args })) as (string | null)[]
  expect(failures).toEqual(BUNDLED_MODELS.map(() => null))
})

describe('an input example with the output that MLflow wrote', () => {
  test.each(BUNDLED_MODELS)('is a golden request of $name $version', async (model) => {
    await serving({ uri: folderOf(model) }, async ({ url, process }) => {
      expect(process.output).toContain('1 golden request answered as recorded')
      expect((await fetch(`${url}/ready`)).status).toBe(200)
    })
  })

  test('keeps a model that answers in another way from being served', async () => {
    const folder = join(copies, 'iris-2')
    const output = join(folder, 'serving_output_example.json')
    writeFileSync(output, readFileSync(output, 'utf8').replace('setosa', 'sibirica'))
    const { code, stderr } = await run({ args: ['serve', '--port', '0', '-m', folder] })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^headrace: [^\n]*its input example as recorded in serving_output_example\.json: .* instead of "sibirica"\n$/,
    )
  })
})
