import { expect, test } from 'vitest'
import { GRAPH_TABLE } from '../../../../src/flavors/tfjs/compile/graph-def/table.ts'
import { LAYER_TABLE } from '../../../../src/flavors/tfjs/compile/layers/layer-table.ts'
import { expectSound } from './expect-sound.ts'
import { GRAPH_OPERATORS } from './graph-generator.ts'
import { LAYER_CLASSES } from './layers-generator.ts'
import { NOT_SWEPT } from './not-swept.ts'
import { sweepGraphs, sweepLayers } from './sweep.ts'

test('there are random models for each layer that is compiled', () => {
  expect([...LAYER_TABLE.keys()].filter((name) => !LAYER_CLASSES.includes(name))).toEqual([])
})

test('there are random models for each operator that is compiled', () => {
  const names = GRAPH_TABLE.flatMap((row) => row.names)
  expect(names.filter((name) => !GRAPH_OPERATORS.includes(name) && !NOT_SWEPT.has(name))).toEqual([])
})

test('random layers models agree with TF.js, or are refused by name', async () => {
  expectSound(await sweepLayers({ models: LAYER_CLASSES.length * 2, seed: 1 }))
})

test('random graph models agree with TF.js, or are refused by name', async () => {
  expectSound(await sweepGraphs({ models: GRAPH_OPERATORS.length, seed: 1 }))
})
