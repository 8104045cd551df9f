import { setFlagsFromString } from 'node:v8'
import type { Command } from 'commander'
import type { Logger } from 'pino'
import type { BatchOptions, BatchProgress, BatchSummary } from '../../batch/batch-options.ts'
import { formatOfFile } from '../../batch/formats.ts'
import { predictBatch } from '../../batch/predict-batch.ts'
import { WHOLE } from '../../batch/shard.ts'
import { type ErrorCode, ServingError } from '../../core/errors.ts'
import { prepareModel } from '../../runtime/prepare-model.ts'
import { createLogger } from '../../server/logger.ts'
import { openRegistryClient } from '../compose-registry.ts'
import { PREDICT_SETTINGS, type PredictSettings } from '../predict-settings.ts'
import { prepareOptions } from '../prepare-options.ts'
import { leaveTerminal, Progress } from '../progress.ts'
import { addSettings } from '../setting.ts'
import { atShard } from '../shard-place.ts'
import { usageError } from '../usage-error.ts'
import { version } from '../version.ts'

export function addPredictCommand(program: Command): void {
  const command = program
    .command('predict')
    .description('Predict the rows of a file of any size, as `mlflow models predict` does')
    .helpOption('--help', 'show this help')
    .action(async () => {
      try {
        await predict(command.opts<PredictSettings>())
      } catch (error) {
        if (mayPass(error)) process.exitCode = TEMPORARY_FAILURE
        throw error
      }
    })
  addSettings(command, PREDICT_SETTINGS)
}

/** V8 would let the young generation of the main thread grow to 130 MB; what lives there at a time is 1 or 2. */
const SMALL_YOUNG_GENERATION = '--semi-space-growth-factor=1'

/** Exit codes of a program that a signal ended, as shells give them. */
const SIGNAL_CODES: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 }

/** Of a failure that the same command may not meet again (EX_TEMPFAIL of BSD's sysexits.h): a job tries it again. */
const TEMPORARY_FAILURE = 75
const PASSING_CODES: readonly ErrorCode[] = [
  ...(['TEMPORARILY_UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'RESOURCE_CONFLICT'] as const),
  ...(['DEADLINE_EXCEEDED', 'REQUEST_LIMIT_EXCEEDED'] as const),
]

function mayPass(error: unknown): boolean {
  return error instanceof ServingError && PASSING_CODES.includes(error.code)
}

async function predict(settings: PredictSettings): Promise<void> {
  const startedAt = performance.now()
  setFlagsFromString(SMALL_YOUNG_GENERATION)
  const logger = createLogger({ level: 'info', format: 'text' })
  const options = await batchOptions(settings, logger)
  const stopped = stopOnSignal()
  const progress = new Progress({
    title: 'Predicting',
    unit: options.inputFormat === 'parquet' ? 'rows' : 'bytes',
    logger,
    enabled: !settings.noProgress,
  })
  try {
    const summary = await predictBatch(options, {
      stdin: process.stdin,
      stdout: process.stdout,
      signal: stopped.signal,
      onProgress: (state) => progress.update(progressState(state, startedAt)),
    })
    await progress.stop()
    report(summary, startedAt, options)
    if (!summary.finished) process.exit(SIGNAL_CODES[String(stopped.signal.reason)])
  } finally {
    await progress.stop()
  }
}

async function batchOptions(settings: PredictSettings, logger: Logger): Promise<BatchOptions> {
  if (settings.modelUri === undefined) throw usageError('No model is named: add --model-uri (-m) URI')
  const inputPath = fileOf(settings.inputPath)
  const output = fileOf(ofShard(settings.outputPath, settings))
  return {
    mlmodel: await prepareModel(
      await modelPath(settings.modelUri, settings, logger),
      prepareOptions(settings, logger),
    ),
    inputPath,
    inputFormat: settings.contentType ?? formatOfFile(inputPath),
    output,
    outputFormat: settings.outputFormat ?? formatOfFile(output),
    append: settings.append,
    params: settings.params,
    shard: settings.shard ?? WHOLE,
    resume: settings.resumeIfSame ? 'if-same' : settings.resume,
    badRowsPath: ofShard(settings.badRows, settings),
    workers: settings.workers,
    batchRows: settings.batchRows,
    blockBytes: settings.blockBytes,
    programVersion: version(),
  }
}

async function modelPath(uri: string, settings: PredictSettings, logger: Logger): Promise<string> {
  const registry = openRegistryClient(settings, logger)
  try {
    return (await registry.resolve(uri)).path
  } finally {
    await registry.close()
  }
}

function ofShard(path: string | undefined, { shard }: PredictSettings): string | undefined {
  return path === undefined ? undefined : atShard(path, shard)
}

/** `-` is what it is for other programs: standard input or output. */
function fileOf(path: string | undefined): string | undefined {
  return path === '-' ? undefined : path
}

/** What is under way at the first signal may still be written for so long: a native run cannot be ended otherwise. */
const GRACE_MS = 10_000

/** The first signal ends the run in order, a second one at once, and so does what takes too long to end. */
function stopOnSignal(): AbortController {
  const controller = new AbortController()
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) dieOf(signal)
    controller.abort(signal)
    setTimeout(() => {
      process.stderr.write(
        `headrace: Rows under way did not come to an end within ${GRACE_MS / 1000} s: given up\n`,
      )
      dieOf(signal)
    }, GRACE_MS).unref()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller
}

/** As if nothing had caught the signal: `process.exit` waits for worker threads, and one may never return. */
function dieOf(signal: NodeJS.Signals): void {
  leaveTerminal()
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

function progressState({ rows, badRows, done, end }: BatchProgress, startedAt: number) {
  const seconds = (performance.now() - startedAt) / 1000
  const bad = badRows === 0 ? '' : `, ${count(badRows)} bad`
  return { done, total: end, note: `${count(rows)} rows${bad}, ${count(rows / seconds)} rows/s` }
}

/** One line for people and logs: what was done, how fast, in how much memory. */
function report(
  { rows, badRows, resumedRows, finished }: BatchSummary,
  startedAt: number,
  { output, badRowsPath }: BatchOptions,
): void {
  const seconds = (performance.now() - startedAt) / 1000
  const memory = Math.round(process.resourceUsage().maxRSS / 1024)
  const notes = [
    `${count(rows)} rows in ${seconds.toFixed(1)} s`,
    `${count((rows - resumedRows) / seconds)} rows/s`,
    ...(resumedRows === 0 ? [] : [`${count(resumedRows)} of them by the run before`]),
    ...(badRowsPath === undefined ? [] : [`${count(badRows)} bad rows in ${badRowsPath}`]),
    `${memory} MB`,
  ]
  const how = output === undefined ? '' : ' The same command with --resume goes on from there.'
  process.stderr.write(
    `${finished ? 'Predicted' : 'Interrupted after'} ${notes.join(', ')}.${finished ? '' : how}\n`,
  )
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
