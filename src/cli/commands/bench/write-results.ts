import { writeFile } from 'node:fs/promises'
import { type Assertion, type AssertionOutcome, checkAssertions } from '../../../bench/assertions.ts'
import type { BenchOutcome } from '../../../bench/bench-outcome.ts'
import type { BenchReport } from '../../../bench/report/bench-report.ts'
import type { Machine } from '../../../bench/report/machine.ts'
import { makeReport } from '../../../bench/report/make-report.ts'
import { mergeRounds } from '../../../bench/report/merge-rounds.ts'
import { resultDocument } from '../../../bench/report/result-document.ts'
import { terminalReport } from '../../../bench/report/terminal-report.ts'
import { isUnreachable, messageOf, unreachable, unusableFile } from '../../../core/errors.ts'
import { createLogger } from '../../../server/logger.ts'
import type { BenchSettings } from '../../bench-settings.ts'
import { version } from '../../version.ts'
import { stopOnSignal } from '../image/stop-on-signal.ts'
import { widthOf } from './load-line.ts'

export interface ResultContext {
  readonly settings: BenchSettings
  readonly assertions: readonly Assertion[]
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly machine: Machine
}

/** Of a command whose assertions failed, or that measured nothing that was right. */
const FAILURE = 1

/** Shows the outcome, writes what was asked for, and sets the exit code. @throws ServingError INVALID_STATE for a file that cannot be written */
export async function writeResults(outcome: BenchOutcome, context: ResultContext): Promise<void> {
  const { settings, startedAt, machine } = context
  const assertions = await judge(outcome, context)
  const report = await makeReport(outcome, { startedAt, machine, assertions, version: version() })
  const document = () => `${JSON.stringify(resultDocument(report), undefined, 2)}\n`
  process.stdout.write(
    settings.jsonFile === '-'
      ? document()
      : terminalReport(report, {
          colors: process.stdout.hasColors?.() === true,
          width: widthOf(process.stdout),
        }),
  )
  if (settings.jsonFile !== undefined && settings.jsonFile !== '-') await write(settings.jsonFile, document())
  if (settings.htmlFile !== undefined) await writePage(report, settings.htmlFile)
  if (settings.track !== undefined) await track(report, settings, settings.track)
  if (!isGood(report)) process.exitCode ??= FAILURE
}

/** All targets have to keep what is asserted; where there are several, it is said which. */
async function judge(
  { targets }: BenchOutcome,
  { assertions }: ResultContext,
): Promise<readonly AssertionOutcome[]> {
  if (assertions.length === 0) return []
  const outcomes = await Promise.all(
    targets.map(async ({ target, measurements, max }) => {
      const judged =
        measurements.length === 0
          ? assertions.map(({ text }) => ({ text, passed: false, measured: 'it was not measured' }))
          : await checkAssertions(assertions, await mergeRounds(measurements), max?.ratePerSecond)
      if (targets.length === 1) return judged
      return judged.map((each) => ({ ...each, measured: `${target.name}: ${each.measured}` }))
    }),
  )
  return outcomes.flat()
}

/**
 * Assertions about a run that was stopped say nothing: they count as failed. A generator that was the limit makes latencies longer
 * and rates smaller than they are: what holds all the same, holds.
 */
function isGood({ assertions, targets, stopped }: BenchReport): boolean {
  const isAnswered = targets.every(({ chief }) => chief === undefined || chief.answered > 0)
  return isAnswered && (assertions.length === 0 || !stopped) && assertions.every(({ passed }) => passed)
}

async function writePage(report: BenchReport, file: string): Promise<void> {
  const { reportPage } = await import('../../../bench/report/report-page.ts')
  await write(file, reportPage(report))
}

/** Whether `--track` leads anywhere: found out before the measurement. @throws ServingError */
export async function expectTracking(settings: BenchSettings): Promise<void> {
  if (settings.track === undefined) return
  const { openTrackingClient } = await import('../../tracking/open-client.ts')
  // Who waits at a terminal for a measurement to begin hears at once of an address that is wrong.
  const httpRequestMaxRetries = Math.min(1, settings.httpRequestMaxRetries)
  const logger = createLogger({ level: 'error', format: 'text' })
  const client = await openTrackingClient({ ...settings, httpRequestMaxRetries }, logger)
  try {
    await client.getExperimentByName(settings.track)
  } catch (error) {
    throw isUnreachable(error) ? unreachable(`--track ${settings.track}: ${error.message}`) : error
  } finally {
    await client.close()
  }
}

async function track(report: BenchReport, settings: BenchSettings, experiment: string): Promise<void> {
  const [{ trackReport }, { openTrackingClient }] = await Promise.all([
    import('../../../bench/track/track-report.ts'),
    import('../../tracking/open-client.ts'),
  ])
  const client = await openTrackingClient(settings, createLogger({ level: 'info', format: 'text' }))
  try {
    // All else is written by then: nobody has to wait for a server that has gone away meanwhile.
    stopOnSignal().addEventListener('abort', () => {
      process.stderr.write('headrace: Stopped before all of the run was logged\n')
      setImmediate(() => process.exit())
    })
    const { runId } = await trackReport(report, { client, experiment })
    process.stderr.write(`Logged as run ${runId} of the experiment ${experiment}\n`)
  } finally {
    await client.close()
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (error) {
    throw unusableFile(`The result cannot be written to ${file}: ${messageOf(error)}`, error)
  }
}
