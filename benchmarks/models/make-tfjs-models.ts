/**
 * Writes networks of `test/fixtures/tfjs/architectures/` as layers models: `node make-tfjs-models.ts FOLDER NAME…` makes a
 * folder for each name, with the MLmodel file that `headrace serve` takes.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ARCHITECTURES } from '../../test/fixtures/tfjs/architectures/architectures.ts'
import { useQuietCpu } from '../../test/fixtures/tfjs/quiet-cpu.ts'
import { saveLayersModel } from '../../test/fixtures/tfjs/save-model.ts'

const ML_MODEL = `flavors:
  tfjs:
    data: model.json
    format: layers-model
    tfjs_version: 4.22.0
`

const [folder = '', ...names] = process.argv.slice(2)
await useQuietCpu()
for (const name of names) {
  const architecture = ARCHITECTURES.find((each) => each.name === name)
  if (architecture === undefined) throw new Error(`There is no network '${name}'`)
  const network = architecture.build()
  await saveLayersModel(network, join(folder, name))
  network.dispose()
  writeFileSync(join(folder, name, 'MLmodel'), ML_MODEL)
}
