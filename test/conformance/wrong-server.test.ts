import { expect, it } from 'vitest'
import { CASES } from '../../src/conformance/case-table.ts'
import type { GroupName } from '../../src/conformance/conformance-case.ts'
import { conformanceRun, idsOf } from './support/conformance-run.ts'
import { FAULTS } from './support/fault-table.ts'
import { type Fault, TinyServer } from './support/tiny-server.ts'

it.each(FAULTS)('catches a server that $name', async ({ fault, caughtBy, model = 'mixed' }) => {
  const url = await new TinyServer(fault).start()
  const report = await conformanceRun(url, {
    modelName: model,
    groups: groupsOf(caughtBy),
    mayControl: mayControl(caughtBy),
  })
  expect(idsOf(report, 'fail')).toEqual(expect.arrayContaining([...caughtBy]))
  expect(report.results.filter(({ reason }) => reason?.includes('defective'))).toEqual([])
})

it('has a fault for each case of REST', () => {
  const caught = new Set(FAULTS.flatMap(({ caughtBy }) => caughtBy))
  const rest = CASES.map(({ id }) => id).filter((id) => id.startsWith('rest.'))
  expect(rest.filter((id) => !caught.has(id))).toEqual([])
  expect([...caught].filter((id) => !rest.includes(id))).toEqual([])
})

it('has each case once, with an id that begins with its transport', () => {
  const ids = CASES.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter((id) => !/^(rest|grpc)[.-][a-z0-9.-]+$/.test(id))).toEqual([])
})

// Others may take half a second too, on a machine with much to do.
it('gives up waiting for a server that does not answer, and goes on', { retry: 4 }, async () => {
  const silent: Fault = (request, right) => (request.path === '/v2/' ? new Promise(() => {}) : right())
  const url = await new TinyServer(silent).start()
  const report = await conformanceRun(url, { modelName: 'single', groups: ['metadata'], timeoutMs: 500 })
  const late = report.results.find(({ id }) => id === 'rest.metadata.server-slash')
  expect(late).toMatchObject({ outcome: 'fail', reason: 'there was no end within 0.5 s', sent: 'GET /v2/' })
  expect(idsOf(report, 'fail')).toHaveLength(1)
})

/** Of what changes the server for those that come later, the groups in between too. */
function groupsOf(ids: readonly string[]): readonly GroupName[] {
  const groups = CASES.filter(({ id }) => ids.includes(id)).map(({ group }) => group)
  return [...new Set([...groups, ...(groups.includes('after') ? (['statistics'] as const) : [])])]
}

/** A server that never unloads is waited for. */
function mayControl(ids: readonly string[]): boolean {
  return ids.includes('rest.repository.unload-and-load')
}
