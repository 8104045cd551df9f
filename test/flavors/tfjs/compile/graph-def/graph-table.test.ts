import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { GRAPH_TABLE } from '../../../../../src/flavors/tfjs/compile/graph-def/table.ts'
import { GraphBuilder } from '../../../../fixtures/tfjs/graph-builder.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { ELEMENTWISE_CASES } from './cases/elementwise-cases.ts'
import { FIELD_CASES } from './cases/field-cases.ts'
import type { GraphCase } from './cases/graph-case.ts'
import { IDIOM_CASES } from './cases/idiom-cases.ts'
import { NETWORK_CASES } from './cases/network-cases.ts'
import { SHAPE_CASES } from './cases/shape-cases.ts'
import { expectLikeTfjs } from './like-tfjs.ts'

await useQuietCpu()

const CASES: readonly GraphCase[] = [
  ...ELEMENTWISE_CASES,
  ...NETWORK_CASES,
  ...SHAPE_CASES,
  ...IDIOM_CASES,
  ...FIELD_CASES,
]

/** TF.js prints what it reads. */
const WITHOUT_A_CASE = ['Print']

describe("TensorFlow's operators, compiled, against TF.js", () => {
  for (const { title, build, free } of CASES) {
    it(title, async () => {
      const builder = built(build)
      await expectLikeTfjs(builder, free === undefined ? {} : { free })
    })
  }
})

it('has a case for each operator of the table', () => {
  const tried = new Set(CASES.flatMap(({ build }) => built(build).nodes.map(({ op }) => op)))
  const missing = GRAPH_TABLE.flatMap(({ names }) => names).filter((name) => !tried.has(name))
  assert.deepEqual(missing.sort(), [...WITHOUT_A_CASE].sort())
})

function built(build: GraphCase['build']): GraphBuilder {
  const builder = new GraphBuilder()
  const outputs = build(builder)
  return builder.output(...(typeof outputs === 'string' ? [outputs] : outputs))
}
