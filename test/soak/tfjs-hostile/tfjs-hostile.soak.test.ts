import { expect, it } from 'vitest'
import { tryHostileModels } from '../../flavors/tfjs/hostile/hostile-models.ts'

const MODELS = Number(process.env['HEADRACE_SOAK_REQUESTS'] ?? 2_000)
const SEED = Number(process.env['HEADRACE_SOAK_SEED'] ?? 1)
const DAMAGES = 20

it(`refuses ${MODELS * DAMAGES} damaged models by an error that says so (seed ${SEED})`, async () => {
  const { counts, failures } = await tryHostileModels({ seed: SEED, models: MODELS, damages: DAMAGES })
  console.log(counts)
  expect(failures).toEqual([])
})
