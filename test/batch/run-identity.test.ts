import { copyFileSync, cpSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runIdentity } from '../../src/batch/run-identity.ts'
import { WHOLE } from '../../src/batch/shard.ts'
import { prepareModel } from '../../src/runtime/prepare-model.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { placeholder, saveGraphModel } from '../fixtures/tfjs/save-model.ts'
import { modelFolder } from './support/batch-files.ts'

const IRIS = modelFolder('iris/2')

/** A folder with rows to be predicted. */
function inputIn(folder: string): string {
  const path = join(folder, 'rows.json')
  writeFileSync(path, '{"inputs": [[1, 2, 3, 4]]}')
  return path
}

async function identityOf(model: string, inputPath: string, programVersion = '1.0.0') {
  return runIdentity(
    {
      ...{ mlmodel: await prepareModel(model), inputPath, inputFormat: 'json', output: 'out.json' },
      ...{ outputFormat: 'json', append: false, params: undefined, shard: WHOLE, resume: true },
      ...{ badRowsPath: undefined, workers: undefined, batchRows: 100, blockBytes: 1000 },
      programVersion,
    },
    inputPath,
  )
}

describe('the identity of a run', () => {
  it('is the same for equal files of the model in another place', async () => {
    const folder = temporaryFolder()
    const input = inputIn(folder)
    cpSync(IRIS, join(folder, 'copy'), { recursive: true })
    expect(await identityOf(join(folder, 'copy'), input)).toEqual(await identityOf(IRIS, input))
  })

  it('changes with the program, which may cut elsewhere', async () => {
    const input = inputIn(temporaryFolder())
    const before = await identityOf(IRIS, input)
    expect((await identityOf(IRIS, input, '1.0.1'))['program']).not.toBe(before['program'])
  })

  it('is that of a bare model file alone, whatever is written beside it', async () => {
    const folder = temporaryFolder()
    const input = inputIn(folder)
    const model = join(folder, 'model.onnx')
    copyFileSync(join(IRIS, 'model.onnx'), model)
    const before = await identityOf(model, input)
    writeFileSync(join(folder, 'out.json.partial'), '{"predictions": [')
    expect(await identityOf(model, input)).toEqual(before)
    copyFileSync(join(IRIS, '../1/model.onnx'), model)
    expect((await identityOf(model, input))['model']).not.toBe(before['model'])
  })

  it('is that of a bare TF.js model with its weights, whatever is written beside them', async () => {
    const folder = temporaryFolder()
    const input = inputIn(folder)
    const save = (two: number) =>
      saveGraphModel(
        {
          nodes: [placeholder('x', 'DT_FLOAT', [-1, 2]), { name: 'y', op: 'Mul', input: ['x', 'two'] }],
          weights: [{ name: 'two', shape: [], values: [two] }],
        },
        folder,
      )
    save(2)
    const before = await identityOf(folder, input)
    writeFileSync(join(folder, 'out.json.partial'), '{"predictions": [')
    expect(await identityOf(folder, input)).toEqual(before)
    save(3)
    expect((await identityOf(folder, input))['model']).not.toBe(before['model'])
  })

  it('changes with a file that the model has as a link', async () => {
    const folder = temporaryFolder()
    const input = inputIn(folder)
    const model = join(folder, 'linked')
    cpSync(IRIS, model, { recursive: true })
    const weights = join(folder, 'weights')
    writeFileSync(weights, 'one')
    symlinkSync(weights, join(model, 'weights'))
    const before = await identityOf(model, input)
    writeFileSync(weights, 'two')
    expect((await identityOf(model, input))['model']).not.toBe(before['model'])
  })

  it('changes with the time of the input', async () => {
    const folder = temporaryFolder()
    const input = inputIn(folder)
    const before = await identityOf(IRIS, input)
    utimesSync(input, 1_000, 1_000)
    expect((await identityOf(IRIS, input))['input']).not.toBe(before['input'])
  })

  it('is refused in one sentence where there is no input', async () => {
    await expect(identityOf(IRIS, '/no/such/rows.csv')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('/no/such/rows.csv'),
    })
  })
})
