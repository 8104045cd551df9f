import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { distinctNames } from '../../../../src/flavors/tfjs/artifacts/distinct-names.ts'
import { compileModel } from '../../../../src/flavors/tfjs/compile/compile.ts'
import { TooLarge } from '../../../../src/flavors/tfjs/compile/not-compiled.ts'
import { GraphBuilder } from '../../../fixtures/tfjs/graph-builder.ts'
import {
  functionalConfig,
  inputLayer,
  kerasModel,
  type LayerJson,
  layerOf,
} from '../compile/layers/support/keras-model.ts'

const activation = (name: string, ...inbound: readonly (readonly unknown[])[]): LayerJson =>
  layerOf('Activation', { name, activation: 'relu' }, ...inbound)

function functional(layers: readonly LayerJson[], outputs: readonly string[]) {
  return kerasModel({ class_name: 'Model', config: functionalConfig(layers, ['x'], outputs) })
}

/** A model that calls one within it twice, which calls one within it twice, and so on. */
function doubling(levels: number): LayerJson {
  if (levels === 0) return activation('level0')
  const inner = doubling(levels - 1)
  const first = levels === 1 ? 0 : 1
  const name = `level${levels}`
  const called = { ...inner, inbound_nodes: [[['x', 0, 0, {}]], [[inner.name, first, 0, {}]]] }
  const config = {
    ...functionalConfig([inputLayer('x', [2]), called], ['x'], [[inner.name, first + 1, 0]]),
    name,
  }
  return { class_name: 'Model', name, config }
}

describe('models of very many parts', () => {
  it('a node of 200,000 operands is compiled', async () => {
    const graph = new GraphBuilder()
    const operands = new Array<string>(200_000).fill(graph.input([-1, 1]))
    graph.output(graph.node('ConcatV2', [...operands, graph.integer(1)], { N: { i: '200000' } }))
    const { graph: compiled } = await compileModel(graph.artifacts())
    assert.deepEqual(compiled.outputs[0]?.value.shape, [null, 200_000])
  })

  it('5,000 outputs of one layer have names of their own', async () => {
    const layers = [inputLayer('x', [2]), activation('y', ['x'])]
    const { graph } = await compileModel(functional(layers, new Array<string>(5_000).fill('y')))
    assert.equal(new Set(graph.outputs.map(({ name }) => name)).size, 5_000)
  })

  it('names are told apart beside names that look alike', () => {
    assert.deepEqual(distinctNames(['a', 'a_1', 'a', 'a_3', 'a', 'a']), [
      'a',
      'a_1',
      'a_2',
      'a_3',
      'a_4',
      'a_5',
    ])
  })

  it('calls that double with each model within a model are refused', async () => {
    const { class_name, config } = doubling(40)
    await assert.rejects(compileModel(kerasModel({ class_name, config })), TooLarge)
  })

  it('a few of them are compiled', async () => {
    const { class_name, config } = doubling(3)
    assert.equal((await compileModel(kerasModel({ class_name, config }))).graph.nodes.length, 8)
  })

  it('5,000 layers that all come before their inputs are refused', async () => {
    const layers = Array.from({ length: 5_000 }, (_, index) =>
      activation(`y${index}`, [index === 0 ? 'x' : `y${index - 1}`]),
    )
    const model = functional([inputLayer('x', [2]), ...layers.toReversed()], ['y4999'])
    await assert.rejects(compileModel(model), TooLarge)
  })
})
