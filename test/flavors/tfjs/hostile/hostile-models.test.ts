import { expect, test } from 'vitest'
import { GRAPH_OPERATORS } from '../sweep/graph-generator.ts'
import { LAYER_CLASSES } from '../sweep/layers-generator.ts'
import { tryHostileModels } from './hostile-models.ts'

test('damaged models are refused, or not compiled, by an error that says so', async () => {
  const models = LAYER_CLASSES.length + GRAPH_OPERATORS.length
  const { counts, failures } = await tryHostileModels({ seed: 1, models, damages: 2 })
  expect(failures).toEqual([])
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(50)
})
