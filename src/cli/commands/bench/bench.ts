import { parseAssertions } from '../../../bench/assertions.ts'
import type { BenchOutcome } from '../../../bench/bench-outcome.ts'
import { thisMachine } from '../../../bench/report/machine.ts'
import { invalidParameter } from '../../../core/errors.ts'
import type { BenchSettings } from '../../bench-settings.ts'
import { stopOnSignal } from '../image/stop-on-signal.ts'
import { expectWritable } from './expect-writable.ts'
import { LoadLine } from './load-line.ts'
import { openTargets } from './open-targets.ts'
import { type BenchPlan, planLoads } from './plan-loads.ts'
import { runPlan } from './run-plan.ts'
import { expectTracking, writeResults } from './write-results.ts'

export interface BenchCall {
  readonly urls: readonly string[]
  /** Of the servers of `--model-uri`. */
  readonly serverFlags: readonly string[]
  readonly settings: BenchSettings
}

/** Of a call that cannot be understood, as of every command. */
const USAGE = 2

/** Measures, and writes what was measured. @throws ServingError */
export async function bench(call: BenchCall): Promise<void> {
  const { plan, assertions } = await read(call).catch((error: unknown) => {
    process.exitCode = USAGE
    throw error
  })
  const { jsonFile, htmlFile, samplesFile } = call.settings
  for (const file of [jsonFile, htmlFile, samplesFile]) await expectWritable(file)
  await expectTracking(call.settings)
  const startedAt = Date.now()
  // Before this process keeps to a part of the cores.
  const machine = thisMachine()
  const outcome = await measured(call, plan)
  await writeResults(outcome, { settings: call.settings, assertions, startedAt, machine })
}

/** @throws ServingError INVALID_PARAMETER_VALUE for what does not go together */
async function read({ urls, serverFlags, settings }: BenchCall) {
  const targets = urls.length + settings.modelUri.length
  if (targets === 0) throw invalidParameter('Nothing is named: headrace bench http://host:port, or -m URI')
  if (serverFlags.length > 0 && settings.modelUri.length === 0) {
    throw invalidParameter(`'${serverFlags.join(' ')}' is for the server of -m URI, and there is none`)
  }
  const assertions = settings.assertions.flatMap(parseAssertions)
  return { plan: await planLoads(settings, targets), assertions }
}

async function measured({ urls, serverFlags, settings }: BenchCall, plan: BenchPlan): Promise<BenchOutcome> {
  const signal = stopOnSignal()
  const line = new LoadLine()
  const notes: string[] = []
  const say = (text: string) => line.say(text)
  const opened = await openTargets({
    urls,
    settings,
    serverFlags,
    signal,
    say,
    note: (text) => notes.push(text),
  })
  try {
    return await runPlan(plan, opened, {
      threads: settings.threads,
      samplesFile: settings.samplesFile,
      notes,
      signal,
      onLoad: (title) => line.load(title),
      onProgress: (progress) => line.update(progress),
    })
  } finally {
    line.clear()
    notes.push(...opened.flatMap(({ ended }) => ended?.() ?? []))
    await Promise.all(opened.map((each) => each.close()))
  }
}
