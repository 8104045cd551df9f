import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { tfjsOperatorsPage } from '../../../../scripts/tfjs-operators-page.ts'
import { TFJS_ENGINES } from '../../../../src/flavors/engine-choice.ts'

describe('the pages on TF.js models', () => {
  test('list what is compiled', () => {
    const page = readFileSync(new URL('../../../../docs/tfjs-operators.md', import.meta.url), 'utf8')
    expect(page, 'run `npm run docs`').toBe(tfjsOperatorsPage())
  })

  test('have a row for each engine', () => {
    const page = readFileSync(new URL('../../../../docs/tfjs.md', import.meta.url), 'utf8')
    for (const engine of TFJS_ENGINES) expect(page).toContain(`\n| \`${engine}\` | `)
  })
})
