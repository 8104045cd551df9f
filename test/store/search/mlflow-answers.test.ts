import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Clause } from '../../../src/store/search/clause.ts'
import { experimentLanguage } from '../../../src/store/search/experiment-fields.ts'
import { compileExperimentSearch } from '../../../src/store/search/experiment-search.ts'
import { readFilter } from '../../../src/store/search/filter-language.ts'
import { readLoggedModelFilter } from '../../../src/store/search/logged-model-filter.ts'
import { compileLoggedModelSearch } from '../../../src/store/search/logged-model-search.ts'
import { compileModelSearch } from '../../../src/store/search/model-search.ts'
import { readOrder } from '../../../src/store/search/order.ts'
import { modelLanguage, versionLanguage } from '../../../src/store/search/registry-fields.ts'
import { orderField, runLanguage } from '../../../src/store/search/run-fields.ts'
import { compileRunSearch } from '../../../src/store/search/run-search.ts'
import { compileVersionSearch } from '../../../src/store/search/version-search.ts'

/** What MLflow 3.17.2 makes of a filter or of an order: clauses, an order, or an error. */
interface Answer {
  readonly kind: string
  readonly text: string
  readonly clauses?: readonly unknown[]
  readonly order?: readonly unknown[]
  readonly ascending?: boolean
  readonly error?: string
}

const file = new URL('fixtures/mlflow-answers.json', import.meta.url)
const answers = JSON.parse(readFileSync(file, 'utf8')) as readonly Answer[]

type Read = (text: string) => Pick<Answer, 'clauses' | 'order' | 'ascending'>

const READ: Readonly<Record<string, Read>> = {
  run: (text) => {
    compileRunSearch('sqlite', { filter: text })
    return { clauses: readFilter(runLanguage, text).map(shown) }
  },
  experiment: (text) => {
    compileExperimentSearch('sqlite', { filter: text })
    return { clauses: readFilter(experimentLanguage, text).map(shown) }
  },
  model: (text) => {
    compileModelSearch('sqlite', { filter: text })
    return { clauses: readFilter(modelLanguage, text).map(shown) }
  },
  version: (text) => {
    compileVersionSearch('sqlite', { filter: text })
    return { clauses: readFilter(versionLanguage, text).map(shown) }
  },
  logged: (text) => {
    compileLoggedModelSearch('sqlite', { filter: text })
    const clauses = readLoggedModelFilter(text)
    return { clauses: clauses.map(({ entity, key, comparator, value }) => [entity, key, comparator, value]) }
  },
  'run-order': (text) => {
    compileRunSearch('sqlite', { orderBy: [text] })
    const { field, ascending } = readOrder(text)
    const { entity, key } = orderField(field)
    return { order: [entity, key, ascending] }
  },
  'experiment-order': (text) => {
    compileExperimentSearch('sqlite', { orderBy: [text] })
    return { ascending: readOrder(text).ascending }
  },
  'model-order': (text) => {
    compileModelSearch('sqlite', { orderBy: [text] })
    return { ascending: readOrder(text).ascending }
  },
  'version-order': (text) => {
    compileVersionSearch('sqlite', { orderBy: [text] })
    return { ascending: readOrder(text).ascending }
  },
}

function shown({ entity, key, comparator, value }: Clause): readonly unknown[] {
  return [entity, key, comparator, typeof value === 'bigint' ? Number(value) : (value ?? null)]
}

/** Some languages keep the case of a comparator until it is compiled, others do not. */
function withCapitals({ clauses, ...answer }: Partial<Answer>): Partial<Answer> {
  if (clauses === undefined) return answer
  return {
    clauses: (clauses as readonly [string, string, string, unknown][]).map(
      ([entity, key, comparator, value]) => [entity, key, comparator.toUpperCase(), value],
    ),
  }
}

/** Python shows the items of a set in an order by chance. */
function sortedSets(message: string): string {
  return message.replace(/\{('[^{}]*')/g, (_, items: string) => items.split(', ').sort().join(', '))
}

test.each(Object.keys(READ))('filters and orders are read as MLflow reads them: %s', (kind) => {
  const ofKind = answers.filter((answer) => answer.kind === kind)
  expect(ofKind.length).toBeGreaterThan(15)
  for (const { text, kind: _, error, ...answer } of ofKind) {
    const read = () => withCapitals(READ[kind]?.(text) ?? {})
    if (error === undefined) expect(read(), text).toEqual(withCapitals(answer))
    else expect(sortedSets(messageOf(read)), text).toBe(sortedSets(error))
  }
})

function messageOf(read: () => unknown): string {
  try {
    return `no error, but ${JSON.stringify(read())}`
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    return (error as Error).message
  }
}
