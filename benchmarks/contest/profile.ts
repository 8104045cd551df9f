import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closedLoop } from '../load/closed-loop.ts'
import { PEER as HEADRACE } from '../peers/headrace/peer.ts'
import { type CpuProfile, profileSummary } from '../report/profile-summary.ts'
import { contestSettings } from './contest-settings.ts'
import { openedServer } from './opened-server.ts'
import type { Scenario } from './scenario.ts'

const SECONDS = 10
const QUICK_SECONDS = 2
const CONNECTIONS = 64

/** One listener, so that its thread has all of it. */
const CONFIG = 'one'

/**
 * Loads Headrace alone, with one listener on one CPU, under V8's sampling profiler. Writes a `.cpuprofile` of each thread, which
 * Chrome's developer tools show as a flame graph, and `summary.md` with the time by package and by function.
 */
export async function profileScenario(
  scenario: Scenario,
  { quick = false, out }: { readonly quick?: boolean; readonly out?: string },
): Promise<void> {
  const parent = out ?? fileURLToPath(new URL('../', import.meta.url))
  const profiles = join(parent, 'profiles', scenario.name)
  rmSync(profiles, { recursive: true, force: true })
  mkdirSync(profiles, { recursive: true })
  const folder = mkdtempSync(join(tmpdir(), 'headrace-profile-'))
  const settings = contestSettings(scenario, quick)
  try {
    const workload = await scenario.workload(folder)
    const config = HEADRACE.configs.find(({ name }) => name === CONFIG)!
    const dialect = HEADRACE.dialect(scenario.wire)!
    const profiling = `--cpu-prof --cpu-prof-dir=${profiles}`
    const opened = await openedServer({
      ...{ workload, settings, wire: scenario.wire },
      contestant: { peer: HEADRACE, config, dialect },
      env: { NODE_OPTIONS: profiling },
    })
    try {
      const seconds = quick ? QUICK_SECONDS : SECONDS
      await closedLoop({ ...opened.target, connections: CONNECTIONS, seconds, cpus: settings.loadCpus })
    } finally {
      await opened.close()
    }
    const summary = readdirSync(profiles)
      .sort()
      .map((file) =>
        profileSummary(file, JSON.parse(readFileSync(join(profiles, file), 'utf8')) as CpuProfile),
      )
      .join('\n')
    writeFileSync(join(profiles, 'summary.md'), summary)
    console.log(`${summary}\nProfiles: ${profiles}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
