import { describe, expectTypeOf, test } from 'vitest'
import type {
  ActiveRun,
  Experiment,
  MlflowClient,
  ModelVersionWithData,
  Page,
  Run,
} from '../../src/client/index.ts'
import { startRun } from '../../src/client/index.ts'

/** Never called: the compiler is who checks it. */
async function uses(client: MlflowClient): Promise<void> {
  // @ts-expect-error experiments are known by texts
  await client.getExperiment(1)
  // @ts-expect-error a run has no such status
  await client.setTerminated('id', 'DONE')
  // @ts-expect-error a search of runs names experiments
  await client.searchRuns({ filter: '' })
  // @ts-expect-error a metric is a number
  await client.logMetric('id', 'key', '1')
  // @ts-expect-error what is read is not changed
  ;(await client.getRun('id')).info.runName = ''
  for await (const run of client.allRuns({ experimentIds: ['1'] })) expectTypeOf(run).toEqualTypeOf<Run>()
}

describe('the types of the client', () => {
  test('refuse what no server takes', () => {
    expectTypeOf(uses).returns.resolves.toBeVoid()
  })

  test('are those of what MLflow keeps', () => {
    expectTypeOf<MlflowClient['getExperiment']>().returns.resolves.toEqualTypeOf<Experiment>()
    expectTypeOf<MlflowClient['getExperimentByName']>().returns.resolves.toEqualTypeOf<
      Experiment | undefined
    >()
    expectTypeOf<MlflowClient['searchRuns']>().returns.resolves.toEqualTypeOf<Page<Run>>()
    expectTypeOf<MlflowClient['getModelVersion']>().returns.resolves.toEqualTypeOf<ModelVersionWithData>()
    expectTypeOf<MlflowClient['getModelVersion']>().parameter(1).toEqualTypeOf<string | number>()
  })

  test('give what the function of a run gives', () => {
    const use = () => startRun({ name: 'a' }, async (run) => run.runId.length)
    expectTypeOf(use).returns.resolves.toEqualTypeOf<number>()
    expectTypeOf(() => startRun({ name: 'a' })).returns.resolves.toEqualTypeOf<ActiveRun>()
  })
})
