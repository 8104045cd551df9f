import type { BenchOutcome } from '../../../bench/bench-outcome.ts'
import { thisMachine } from '../../../bench/report/machine.ts'
import { stopOnSignal } from '../image/stop-on-signal.ts'
import { expectWritable } from './expect-writable.ts'
import { LoadLine } from './load-line.ts'
import { openTargets } from './open-targets.ts'
import type { BenchPlan } from './plan-loads.ts'
import { type BenchCall, expectReadable, readCall } from './read-call.ts'
import { runPlan } from './run-plan.ts'
import { expectTracking, writeResults } from './write-results.ts'

/** Measures, and writes what was measured. @throws ServingError */
export async function bench(call: BenchCall): Promise<void> {
  const { plan, assertions } = await readCall(call)
  await expectReadable(call.settings)
  const { jsonFile, htmlFile, samplesFile } = call.settings
  for (const file of [jsonFile, htmlFile, samplesFile]) await expectWritable(file)
  await expectTracking(call.settings)
  const startedAt = Date.now()
  // Before this process keeps to a part of the cores.
  const machine = thisMachine()
  const outcome = await measured(call, plan)
  await writeResults(outcome, { settings: call.settings, assertions, startedAt, machine })
}

async function measured({ urls, serverFlags, settings }: BenchCall, plan: BenchPlan): Promise<BenchOutcome> {
  const signal = stopOnSignal()
  const line = new LoadLine()
  const notes: string[] = []
  const opened = await openTargets({
    urls,
    settings,
    serverFlags,
    signal,
    say: (text) => line.say(text),
    watch: (title) => line.load(title),
    note: (text) => notes.push(text),
  }).finally(() => line.clear())
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
