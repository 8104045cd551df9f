import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TFJS_ENGINES } from '../../../../src/flavors/engine-choice.ts'
import { GRAPH_TABLE } from '../../../../src/flavors/tfjs/compile/graph-def/table.ts'
import { LAYER_TABLE } from '../../../../src/flavors/tfjs/compile/layers/layer-table.ts'

const PAGE = readFileSync(new URL('../../../../docs/tfjs.md', import.meta.url), 'utf8')

/** The words of the block of code that follows the sentence. */
function listed(sentence: string): readonly string[] {
  const [, block = ''] = PAGE.slice(PAGE.indexOf(sentence)).split('```')
  return block.trim().split(/\s+/)
}

describe('the page on TF.js models', () => {
  test('lists the layers that are compiled', () => {
    expect(listed('Layers of a layers model')).toEqual([...LAYER_TABLE.keys()].sort())
  })

  test('lists the operators that are compiled', () => {
    expect(listed('Operators of a graph model')).toEqual(GRAPH_TABLE.flatMap(({ names }) => names).sort())
  })

  test('has a row for each engine', () => {
    for (const engine of TFJS_ENGINES) expect(PAGE).toContain(`\n| \`${engine}\` | `)
  })
})
