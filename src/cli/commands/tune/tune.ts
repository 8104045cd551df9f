import { writeFile } from 'node:fs/promises'
import { flagsOf, flagsText, isDefault, type ServeFlags } from '../../../bench/tune/candidate.ts'
import { expectedSeconds, tuneServer } from '../../../bench/tune/tune-server.ts'
import type { Tuning } from '../../../bench/tune/tuning.ts'
import { cancelled } from '../../../core/errors.ts'
import { availableResources } from '../../../runtime/cores.ts'
import type { TuneSettings } from '../../tune-settings.ts'
import { type Machine, thisMachine } from '../../tuned/machine.ts'
import { modelDigest } from '../../tuned/model-digest.ts'
import { tunedFileText, tunedSettings } from '../../tuned/tuned-file.ts'
import { usageError } from '../../usage-error.ts'
import { version } from '../../version.ts'
import { expectWritable } from '../bench/expect-writable.ts'
import { type FoundModel, findModel } from '../bench/known-model.ts'
import { LoadLine } from '../bench/load-line.ts'
import { coresApart } from '../bench/open-targets.ts'
import { checkPayloads, expectReadable } from '../bench/read-call.ts'
import { stopOnSignal } from '../image/stop-on-signal.ts'
import { fixedFlags } from './fixed-flags.ts'
import { ServerBench } from './server-bench.ts'
import { triedTable } from './tried-table.ts'

export interface TuneCall {
  readonly urls: readonly string[]
  readonly serverFlags: readonly string[]
  readonly settings: TuneSettings
}

/** What was found, and of what. */
interface Found {
  readonly tuning: Tuning
  readonly model: FoundModel
  readonly machine: Machine
  /** That the servers had, while others sent the requests. */
  readonly cores: number
  /** That servers will have. */
  readonly all: number
  readonly notes: readonly string[]
  /** What speaks against it. */
  readonly doubts: readonly string[]
}

/** Finds settings, explains them on standard output and writes them to a file. @throws ServingError */
export async function tune(call: TuneCall): Promise<void> {
  const modelUri = modelOf(call)
  checkPayloads(call.settings)
  await expectReadable(call.settings)
  await expectWritable(call.settings.outputPath)
  const signal = stopOnSignal()
  const line = new LoadLine()
  try {
    const found = await search(call, modelUri, { signal, line })
    await writeFile(call.settings.outputPath, await fileText(found, call))
    process.stdout.write(explanation(found, call))
  } catch (error) {
    if (signal.aborted) throw cancelled(`Stopped: ${call.settings.outputPath} was not written`)
    throw error
  } finally {
    line.clear()
  }
}

/** @throws ServingError INVALID_PARAMETER_VALUE */
function modelOf({ urls, settings: { modelUri } }: TuneCall): string {
  if (urls.length === 0 && modelUri !== undefined) return modelUri
  throw usageError(
    urls.length === 0
      ? 'No model is named: headrace tune -m URI'
      : `'${urls[0]}' is not understood: headrace tune -m URI -- flags of headrace serve`,
  )
}

async function search(
  { settings, serverFlags }: TuneCall,
  modelUri: string,
  { signal, line }: { readonly signal: AbortSignal; readonly line: LoadLine },
): Promise<Found> {
  const { p99Ms } = settings
  const notes: string[] = []
  const model = await findModel(modelUri, settings, signal)
  // Before this process keeps to a part of them.
  const all = availableResources().cores
  const machine = thisMachine()
  const apart = await coresApart({ note: (text) => notes.push(text) })
  const cores = apart?.serverCores ?? all
  for (const note of notes) line.say(note)
  const options = { cores, p99Ms, fixed: fixedFlags(serverFlags) }
  line.say(
    `This takes about ${Math.ceil(expectedSeconds(options) / 60)} minutes, longer where the model loads slowly`,
  )
  const bench = new ServerBench({
    ...{ model, settings, serverFlags, apart, cores, signal },
    say: (text) => line.say(text),
    watch: (title) => line.watch(title),
    onProgress: (progress) => line.update(progress),
  })
  const tuning = await tuneServer(bench, options)
  const doubts = bench.doubt === undefined ? [] : [bench.doubt]
  return { tuning, model, machine, cores, all, notes: [...doubts, ...notes], doubts }
}

function explanation({ tuning, cores, all, doubts }: Found, { settings, serverFlags }: TuneCall): string {
  const scaled =
    cores === all || isDefault(tuning.chosen)
      ? []
      : [`Measured on ${cores} of ${all} cores; for all of them: ${flagsText(flagsOf(tuning.chosen, all))}.`]
  const serve = [`headrace serve --tuned ${settings.outputPath} -m ${settings.modelUri}`, ...serverFlags]
  return [
    '',
    ...triedTable(tuning.tried, cores),
    '',
    ...tuning.reasons,
    ...doubts,
    ...scaled,
    `Written to ${settings.outputPath}: ${serve.join(' ')}`,
    ...inImage(flagsOf(tuning.chosen, all), settings),
    '',
  ].join('\n')
}

/** The same settings as variables: an image has no file of them. */
function inImage(flags: ServeFlags, { modelUri }: TuneSettings): readonly string[] {
  const variables = tunedSettings({ settings: flags }).map(({ assignment }) => `--env ${assignment}`)
  return variables.length === 0
    ? []
    : [`In an image: headrace build-image -m ${modelUri} ${variables.join(' ')}`]
}

async function fileText(
  { tuning, model, machine, all, notes }: Found,
  { settings: { p99Ms }, serverFlags }: TuneCall,
): Promise<string> {
  const objective =
    p99Ms === undefined
      ? 'the most answers a second'
      : `the largest Poisson rate with a p99 of ${p99Ms} ms at most`
  const day = new Date().toISOString().slice(0, 10)
  const words = [
    `Made by headrace tune on ${day}, for ${objective}.`,
    ...tuning.reasons,
    ...notes,
    ...(serverFlags.length === 0
      ? []
      : [`All servers had ${serverFlags.join(' ')}, which this file does not set.`]),
  ]
  return tunedFileText(
    {
      settings: flagsOf(tuning.chosen, all),
      model: { uri: model.resolved.canonicalUri, digest: await modelDigest(model.resolved.path) },
      machine,
      versions: { headrace: version(), node: process.versions.node },
    },
    words,
  )
}
