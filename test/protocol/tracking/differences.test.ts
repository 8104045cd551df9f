import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DIFFERENCES } from './differences.ts'
import { readScenarios } from './support/scenario.ts'

const page = readFileSync(new URL('../../../docs/mlflow-differences.md', import.meta.url), 'utf8')
const steps = readScenarios().flatMap((scenario) => scenario.steps)

test.each(Object.entries(DIFFERENCES))(
  '%s is a step, and a row of docs/mlflow-differences.md',
  (id, difference) => {
    expect(steps.map((step) => step.id)).toContain(id)
    expect(page).toContain(`\n| ${difference.request} |`)
  },
)

test('less than one answer in a hundred is meant to be another than MLflow’s', () => {
  const crashes = steps.filter(({ expect: { isCrash } }) => isCrash).length
  expect(Object.keys(DIFFERENCES).length + crashes).toBeLessThan(steps.length / 100)
})
