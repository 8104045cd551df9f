import { expect, it } from 'vitest'
import { conformanceRun, failuresOf, idsOf, REST_GROUPS } from './support/conformance-run.ts'
import { TinyServer } from './support/tiny-server.ts'

it.each(['mixed', 'single'])(
  'finds nothing wrong with a server that does all of it right (%s)',
  async (modelName) => {
    const report = await conformanceRun(await new TinyServer().start(), { modelName, groups: REST_GROUPS })
    expect(failuresOf(report)).toEqual([])
    expect(report.diedAfter).toBeUndefined()
  },
)

it('tries each case of REST with one of two models', async () => {
  const url = await new TinyServer().start()
  const reports = [
    await conformanceRun(url, { modelName: 'mixed', groups: REST_GROUPS }),
    await conformanceRun(url, { modelName: 'single', groups: REST_GROUPS }),
  ]
  const passed = new Set(reports.flatMap((report) => idsOf(report, 'pass')))
  expect(reports[0]?.results.map(({ id }) => id).filter((id) => !passed.has(id))).toEqual([])
})
