import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { containerModel } from '../../src/cli/container-model.ts'
import { CONTAINER_SETTINGS, type ContainerSettings } from '../../src/cli/container-settings.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

function settings(given: Partial<ContainerSettings>): ContainerSettings {
  const defaults = Object.entries(CONTAINER_SETTINGS).map(([name, row]) => [name, row.default])
  return { ...(Object.fromEntries(defaults) as ContainerSettings), ...given }
}

/** A folder with these files. */
function folderWith(...files: readonly string[]): string {
  const folder = join(temporaryFolder(), 'azureml-models', 'iris', '3')
  mkdirSync(folder, { recursive: true })
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), '')
  }
  return folder
}

describe('a model that Azure ML has mounted', () => {
  test.each([
    ['itself', 'MLmodel', ''],
    ['one level below', 'model/MLmodel', '/model'],
    ['a bare file', 'net.onnx', ''],
  ])('is found: %s', async (_, file, below) => {
    const folder = folderWith(file)
    const found = await containerModel(settings({ azuremlModelDir: folder }), ['/opt/ml/model'])
    expect(found).toEqual([`iris=${folder}${below}`])
  })

  test("has the name of the image's model", async () => {
    const folder = folderWith('MLmodel')
    const found = await containerModel(settings({ azuremlModelDir: folder }), ['wine=/opt/ml/model'])
    expect(found).toEqual([`wine=${folder}`])
  })

  test('must be the only one', async () => {
    const folder = folderWith('a/MLmodel', 'b/MLmodel')
    await expect(containerModel(settings({ azuremlModelDir: folder }), [])).rejects.toThrow(
      /AZUREML_MODEL_DIR: '.*' holds several models, in the folders 'a', 'b'/,
    )
  })

  test.each(['empty', 'not there'])('that is %s leaves the model of the image', async (state) => {
    const folder = state === 'empty' ? folderWith() : join(folderWith(), 'nowhere')
    const image = folderWith('MLmodel')
    expect(await containerModel(settings({ azuremlModelDir: folder }), [image])).toEqual([image])
    await expect(containerModel(settings({ azuremlModelDir: folder }), ['/nowhere/at/all'])).rejects.toThrow(
      /AZUREML_MODEL_DIR: there is no model in '.*', nor one level below/,
    )
  })
})

describe('the model of Vertex AI', () => {
  test('may be a folder of the container', async () => {
    const folder = folderWith('MLmodel')
    expect(await containerModel(settings({ aipStorageUri: folder }), [])).toEqual([`iris=${folder}`])
  })

  test('is that of the image where another is in a bucket', async () => {
    const uri = 'gs://bucket/model'
    const image = folderWith('MLmodel')
    expect(await containerModel(settings({ aipStorageUri: uri }), [image])).toEqual([image])
    const registered = ['models:/iris@champion']
    expect(await containerModel(settings({ aipStorageUri: uri }), registered)).toEqual(registered)
    for (const none of [[], [folderWith()], ['/nowhere/at/all']]) {
      await expect(containerModel(settings({ aipStorageUri: uri }), none)).rejects.toThrow(
        /AIP_STORAGE_URI names 'gs:\/\/bucket\/model', which Headrace does not read/,
      )
    }
  })
})
